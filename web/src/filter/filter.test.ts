import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileFilter } from './match';
import { parseFilter } from './parse';
import { printFilter } from './print';

const web = {
	type: 'VM',
	name_label: 'Web-Prod 01',
	power_state: 'Running',
	tags: ['prod', 'Env=EU'],
	CPUs: { number: 2 },
	auto_poweron: true,
	os_version: null,
	mainIpAddress: '10.0.0.1',
};

function matches(text: string, value: unknown = web): boolean {
	return compileFilter(parseFilter(text))(value);
}

describe('a filter', () => {
	it.each([
		['', true],
		['web', true],
		['WEB prod', true],
		['"Web-Prod 01"', true],
		['nothing', false],
		['|(nothing web)', true],
		['name_label:web', true],
		['name_label:/^web/', false],
		['name_label:/^web/i', true],
		['power_state:!running', false],
		['tags:/^prod$/', true],
		['tags:"env=eu"', true],
		['CPUs:number:2', true],
		['CPUs:number:>=2', true],
		['CPUs:number:>2', false],
		['10.0.0.*', true],
		['auto_poweron?', true],
		['auto_poweron:true', false],
		['missing:!x', true],
		['os_version:!x', true],
		['!os_version:name:debian', true],
	])('%s', (text, expected) => {
		expect(matches(text)).toBe(expected);
	});

	it('tests numbers and the text of numbers', () => {
		expect(matches('32', 32)).toBe(true);
		expect(matches('32', 'vm-132')).toBe(true);
		expect(matches('"32"', 32)).toBe(false);
	});

	it('never compares what is absent', () => {
		expect(matches('startTime:<5')).toBe(false);
		expect(matches('startTime:>=5')).toBe(false);
	});

	it.each([
		['a=b', 'parse error: expected end of input at position 1'],
		['power_state:', 'parse error: expected end of input at position 11'],
		['> 5', 'parse error: expected end of input at position 0'],
		['>foo', 'value must be a number'],
	])('%s cannot be read', (text, message) => {
		expect(() => parseFilter(text)).toThrow(expect.objectContaining({ name: 'FilterError', message }));
	});

	it.each([
		['|( foo  bar )', '|(foo bar)'],
		['a:(b c) "d e"', 'a:(b c) "d e"'],
		['"32"', '"32"'],
		['! foo', '!foo'],
		['"xo:n" : 5', '"xo:n":5'],
	])('%s is printed %s', (text, canonical) => {
		expect(printFilter(parseFilter(text))).toBe(canonical);
		expect(printFilter(parseFilter(canonical))).toBe(canonical);
	});
});

interface Vector {
	input: string;
	canonical?: string;
	matches?: string[];
	error?: string;
}

const vectors = new URL('../../../../shared/xo-api/filter-cases.json', import.meta.url);

describe.skipIf(!existsSync(vectors))('the recorded cases of the filter language', () => {
	const { values, cases }: { values: Record<string, unknown>; cases: Vector[] } = existsSync(vectors)
		? JSON.parse(readFileSync(vectors, 'utf8'))
		: { values: {}, cases: [] };
	const named = Object.entries(values).map(([name, value]) => [name, value === '<undefined>' ? undefined : value]);

	it.each(cases.map((vector) => [JSON.stringify(vector.input), vector] as const))('%s', (_, vector) => {
		if (vector.error !== undefined) {
			expect(() => parseFilter(vector.input)).toThrow(
				expect.objectContaining({ name: 'FilterError', message: vector.error }),
			);
			return;
		}
		const filter = parseFilter(vector.input);
		const predicate = compileFilter(filter);
		expect(printFilter(filter)).toBe(vector.canonical);
		expect(named.filter(([, value]) => predicate(value)).map(([name]) => name)).toEqual(vector.matches);
	});
});
