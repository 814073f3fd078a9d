import { expect, it } from 'vitest';
import { readTerm, withTag, withTerm } from './terms';

it('puts a term beside what was typed', () => {
	expect(withTerm('web !tags:test', 'power_state', 'running')).toBe('web !tags:test power_state:running');
});

it('puts a term in the place of its like', () => {
	expect(withTerm('power_state:running web', 'power_state', 'halted')).toBe('web power_state:halted');
	expect(withTerm('power_state:running web', 'power_state', undefined)).toBe('web');
});

it('starts anew from a filter that cannot be read', () => {
	expect(withTerm('a=b', 'power_state', 'halted')).toBe('power_state:halted');
});

it('reads the one term on a property', () => {
	expect(readTerm('web power_state:running', 'power_state')).toBe('running');
	expect(readTerm('power_state:!running', 'power_state')).toBeUndefined();
	expect(readTerm('power_state:a power_state:b', 'power_state')).toBeUndefined();
});

it('asks for a tag once and exactly', () => {
	expect(withTag('web', 'prod')).toBe('web tags:/^prod$/');
	expect(withTag('tags:/^prod$/', 'prod')).toBe('tags:/^prod$/');
	expect(withTag('', 'env=eu')).toBe('tags:"env=eu"');
});
