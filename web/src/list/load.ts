/** Lines of load: each value at its time, the last at the end, between nothing at the bottom and 100 % at the top. */
import type { Load } from '../live/loads';

/** Values of ten minutes. */
const MOST = 40;
export const WIDTH = MOST - 1;
export const HEIGHT = 20;

interface Point {
	x: number;
	y: number;
}

/** The parts between gaps. */
function partsOf(load: Load): Point[][] {
	const parts: Point[][] = [];
	let isGap = true;
	for (const [at, percent] of load.entries()) {
		if (percent !== null) {
			const point = { x: WIDTH - (load.length - 1 - at), y: round(HEIGHT * (1 - Math.min(100, percent) / 100)) };
			if (isGap) parts.push([point]);
			else parts.at(-1)?.push(point);
		}
		isGap = percent === null;
	}
	return parts;
}

function round(value: number): number {
	return Math.round(value * 10) / 10;
}

function through(points: readonly Point[]): string {
	return points.map(({ x, y }) => `L${x} ${y}`).join('');
}

/** A value between gaps is a dot. */
export function lineOf(load: Load): string {
	return partsOf(load)
		.map(([first, ...rest]) => first && `M${first.x} ${first.y}h0${through(rest)}`)
		.join('');
}

/** What is below the line. */
export function areaOf(load: Load): string {
	return partsOf(load)
		.map((part) => `M${part[0]?.x} ${HEIGHT}${through(part)}V${HEIGHT}Z`)
		.join('');
}

/** The number of now: the newest but for one that may still be on its way. */
export function nowOf(load: Load): number | undefined {
	return load.at(-1) ?? load.at(-2) ?? undefined;
}

/** The highest; nothing where there is no value. */
export function peakOf(load: Load): number | undefined {
	const values = load.filter((percent) => percent !== null);
	return values.length === 0 ? undefined : Math.max(...values);
}
