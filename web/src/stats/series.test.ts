import { describe, expect, it } from 'vitest';
import { chartsOfVm, type Words } from './charts';
import { align, mean, minus, stacked, sum } from './series';

const words: Words = {
	total: 'total',
	used: 'used',
	size: 'size',
	core: (number) => `core ${number}`,
	read: (name) => `${name} read`,
	written: (name) => `${name} written`,
	received: (name) => `${name} received`,
	sent: (name) => `${name} sent`,
	interface: (number) => `eth${number}`,
	disk: (letter) => `xvd${letter}`,
	storage: (prefix) => prefix,
};

describe('lists of values', () => {
	it('are summed from their ends, and unknown only where none knows', () => {
		expect(
			sum([
				[1, null, 3],
				[10, null],
			]),
		).toEqual([1, 10, 3]);
		expect(
			mean([
				[1, 3],
				[3, null],
			]),
		).toEqual([2, 3]);
		expect(minus([10, 10, null], [4, null, 1])).toEqual([6, null, null]);
	});

	it('that end at different times stand on one scale, with gaps', () => {
		const grid = align(
			[
				{ end: 104, values: [1, 2, 3] },
				{ end: 111, values: [7, null] },
			],
			5,
		);
		expect(grid.times).toEqual([90, 95, 100, 105, 110]);
		expect(grid.rows).toEqual([
			[1, 2, 3, null, null],
			[null, null, null, 7, null],
		]);
	});

	it('are stacked on what is known below them', () => {
		expect(
			stacked([
				[1, null, 1],
				[2, 2, null],
			]),
		).toEqual([
			[1, null, 1],
			[3, 2, null],
		]);
	});
});

describe('the charts of a VM', () => {
	const stats = {
		cpus: { 0: [10, 20], 1: [30, 40] },
		memory: [8, 8],
		memoryFree: [2, 3],
		vifs: { rx: { 0: [1, 1] }, tx: { 0: [2, 2] } },
		xvds: { r: { a: [1, 2] }, w: { a: [3, 4] } },
	};

	it('have a line for each core, interface and disk', () => {
		const shown = chartsOfVm(stats, words, 'all').map(({ id, lines }) => `${id}: ${lines.map(({ label }) => label)}`);
		expect(shown).toEqual([
			'cpu: total,core 0,core 1',
			'memory: used,size',
			'network: eth0 received,eth0 sent',
			'throughput: xvda read,xvda written',
		]);
	});

	it('have one line each among those of others', () => {
		const charts = chartsOfVm(stats, words, 'total');
		expect(charts.map(({ lines }) => lines.map(({ values }) => values))).toEqual([
			[[20, 30]],
			[[6, 5]],
			[[3, 3]],
			[[4, 6]],
		]);
	});
});
