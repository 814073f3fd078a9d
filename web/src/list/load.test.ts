import { describe, expect, it } from 'vitest';
import { areaOf, lineOf, nowOf, peakOf } from './load';

describe('the line of a load', () => {
	it('ends at the end, and goes from nothing at the bottom to all at the top', () => {
		expect(lineOf([0, 50, 100])).toBe('M37 20h0L38 10L39 0');
		expect(areaOf([0, 50, 100])).toBe('M37 20L37 20L38 10L39 0V20Z');
		expect(lineOf([120])).toBe('M39 0h0');
	});

	it('has gaps where nothing was measured, and a dot between two', () => {
		expect(lineOf([null, 25, null, 50, 75, null])).toBe('M35 15h0M37 10h0L38 5');
		expect(areaOf([50, null, 100])).toBe('M37 20L37 10V20ZM39 20L39 0V20Z');
		expect([lineOf([]), areaOf([null])]).toEqual(['', '']);
	});

	it('has the number of now, or of just before, and the highest', () => {
		expect([nowOf([1, 2, 3]), nowOf([1, 2, null]), nowOf([1, null, null]), nowOf([])]).toEqual([
			3,
			2,
			undefined,
			undefined,
		]);
		expect([peakOf([1, 30.5, null, 3]), peakOf([null]), peakOf([])]).toEqual([30.5, undefined, undefined]);
	});
});
