/** Which charts the statistics of VMs, hosts and storage make. */
import type { HostStats, Operations, ReadWrite, ReceiveSend, SrStats, Values, VmStats } from '../api/schema';
import { type Chart, type Line, mean, minus, sum } from './series';

/** What things are called that statistics know by a number. */
export interface Words {
	total: string;
	used: string;
	size: string;
	core: (number: string) => string;
	read: (name: string) => string;
	written: (name: string) => string;
	received: (name: string) => string;
	sent: (name: string) => string;
	interface: (number: string) => string;
	disk: (letter: string) => string;
	storage: (prefix: string) => string;
}

/** One line for an object among others, or all that is known of one. */
export type Detail = 'total' | 'all';

export function chartsOfVm(stats: VmStats, words: Words, detail: Detail): Chart[] {
	const cores = stats.cpus ?? {};
	return present([
		cpu(cores, stats.cpus ? mean(Object.values(cores)) : (stats.cpuUsage ?? []), words, detail),
		memory(stats.memory, stats.memoryFree, words, detail),
		pairs('network', 'bytesPerSecond', receivedSent(stats.vifs, words, words.interface), words, detail),
		pairs('throughput', 'bytesPerSecond', readWritten(stats.xvds, words, words.disk), words, detail),
		pairs('iops', 'perSecond', readWritten(stats.iops, words, words.disk), words, detail),
		pairs('latency', 'milliseconds', readWritten(stats.vbdLatency, words, words.disk), words, detail),
		single('iowait', 'share', stats.vbdIowait, words.disk, words, detail),
	]);
}

export function chartsOfHost(stats: HostStats, words: Words, detail: Detail): Chart[] {
	const cores = stats.cpus ?? {};
	return present([
		cpu(cores, mean(Object.values(cores)), words, detail),
		memory(stats.memory, stats.memoryFree, words, detail),
		stats.load
			? { id: 'load', unit: 'number', stacks: false, lines: [line('load', words.total, stats.load, 0)] }
			: undefined,
		pairs('network', 'bytesPerSecond', receivedSent(stats.pifs, words, words.interface), words, detail),
		pairs('throughput', 'bytesPerSecond', readWritten(stats.ioThroughput, words, words.storage), words, detail),
		pairs('iops', 'perSecond', readWritten(stats.iops, words, words.storage), words, detail),
		pairs('latency', 'milliseconds', readWritten(stats.latency, words, words.storage), words, detail),
		single('iowait', 'share', stats.iowait, words.storage, words, detail),
	]);
}

export function chartsOfSr(stats: SrStats, words: Words, detail: Detail): Chart[] {
	const one = ({ r, w }: { r: Values; w: Values }): ReadWrite => ({ r: { '': r }, w: { '': w } });
	const known = ({ r, w }: { r: Values; w: Values }) => (r.length + w.length > 0 ? one({ r, w }) : undefined);
	const plain = (name: string) => name;
	return present([
		pairs('throughput', 'bytesPerSecond', readWritten(known(stats.ioThroughput), words, plain), words, detail),
		pairs('iops', 'perSecond', readWritten(known(stats.iops), words, plain), words, detail),
		pairs('latency', 'milliseconds', readWritten(known(stats.latency), words, plain), words, detail),
		single('iowait', 'share', stats.iowait, plain, words, detail),
	]);
}

function present(charts: (Chart | undefined)[]): Chart[] {
	return charts.filter((chart): chart is Chart => chart !== undefined && chart.lines.length > 0);
}

function line(id: string, label: string, values: Values, colour: number, dashed = false): Line {
	return { id, label, values, colour, dashed };
}

function cpu(cores: Record<string, Values>, total: Values, words: Words, detail: Detail): Chart | undefined {
	if (total.length === 0) return undefined;
	const each = byNumber(cores).map(([number, values], index) =>
		line(`core ${number}`, words.core(number), values, index + 1),
	);
	const all = line('total', words.total, total, 0);
	return { id: 'cpu', unit: 'percent', most: 100, stacks: true, lines: detail === 'total' ? [all] : [all, ...each] };
}

function memory(
	size: Values | null | undefined,
	free: Values | null | undefined,
	words: Words,
	detail: Detail,
): Chart | undefined {
	if (!size) return undefined;
	const most = Math.max(0, ...size.map((value) => value ?? 0));
	const whole = line('size', words.size, size, 1, true);
	const used = free ? [line('used', words.used, minus(size, free), 0)] : [];
	const lines = detail === 'total' ? [used[0] ?? { ...whole, dashed: false }] : [...used, whole];
	return { id: 'memory', unit: 'bytes', most, stacks: false, lines };
}

interface Pair {
	key: string;
	first: string;
	second: string;
	values: [Values | undefined, Values | undefined];
}

function receivedSent(stats: ReceiveSend | null | undefined, words: Words, name: (key: string) => string): Pair[] {
	return paired(stats?.rx, stats?.tx, (key) => [words.received(name(key)), words.sent(name(key))]);
}

function readWritten(
	stats: ReadWrite | Operations | null | undefined,
	words: Words,
	name: (key: string) => string,
): Pair[] {
	return paired(stats?.r, stats?.w, (key) => [words.read(name(key)), words.written(name(key))]);
}

function paired(
	a: Record<string, Values> | undefined,
	b: Record<string, Values> | undefined,
	names: (key: string) => [string, string],
): Pair[] {
	const keys = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])].sort(naturally);
	return keys.map((key) => {
		const [first, second] = names(key);
		return { key, first, second, values: [a?.[key], b?.[key]] };
	});
}

/** Two lines a thing, which together are one: the sum, or of times the mean. */
function pairs(
	id: Chart['id'],
	unit: Chart['unit'],
	all: readonly Pair[],
	words: Words,
	detail: Detail,
): Chart | undefined {
	const lists = all.flatMap(({ values }) => values.filter((list) => list !== undefined));
	if (lists.length === 0) return undefined;
	const isTime = unit === 'milliseconds';
	if (detail === 'total') {
		return { id, unit, stacks: false, lines: [line('total', words.total, (isTime ? mean : sum)(lists), 0)] };
	}
	const lines = all.flatMap(({ key, first, second, values: [a, b] }, index) => [
		...(a ? [line(`${key} a`, first, a, index)] : []),
		...(b ? [line(`${key} b`, second, b, index, true)] : []),
	]);
	return { id, unit, stacks: !isTime, lines };
}

function single(
	id: Chart['id'],
	unit: Chart['unit'],
	stats: Record<string, Values> | null | undefined,
	name: (key: string) => string,
	words: Words,
	detail: Detail,
): Chart | undefined {
	const all = Object.entries(stats ?? {}).sort(([a], [b]) => naturally(a, b));
	if (all.length === 0) return undefined;
	const lines =
		detail === 'total'
			? [line('total', words.total, mean(all.map(([, values]) => values)), 0)]
			: all.map(([key, values], index) => line(key, name(key), values, index));
	return { id, unit, stacks: false, lines };
}

function byNumber(lists: Record<string, Values>): [string, Values][] {
	return Object.entries(lists).sort(([a], [b]) => naturally(a, b));
}

function naturally(a: string, b: string): number {
	return a.localeCompare(b, 'en', { numeric: true });
}
