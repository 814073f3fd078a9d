import { expect, it } from 'vitest';
import { takes } from './takes';

it('a host takes VMs while it runs and is enabled, and not those that all run there already', () => {
	const host = { id: 'h', enabled: true, power_state: 'Running' };
	const here = { id: 'a', $container: 'h', power_state: 'Running' };
	const there = { id: 'b', $container: 'i', power_state: 'Running' };
	const halted = { id: 'c', $container: 'h', power_state: 'Halted' };
	expect(takes(host, [there])).toBe(true);
	expect(takes(host, [here, there])).toBe(true);
	expect(takes(host, [halted])).toBe(true);
	expect(takes(host, [])).toBe(true);
	expect(takes(host, [here])).toBe(false);
	expect(takes({ ...host, enabled: false }, [there])).toBe(false);
	expect(takes({ ...host, power_state: 'Halted' }, [there])).toBe(false);
});
