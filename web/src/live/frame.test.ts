import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { onNextFrame } from './frame';

let frames: (() => void)[];
beforeEach(() => {
	frames = [];
	vi.useFakeTimers();
	vi.stubGlobal('requestAnimationFrame', (run: () => void) => frames.push(run));
	vi.stubGlobal('reportError', () => undefined);
});
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

const frame = () => {
	for (const run of frames.splice(0)) run();
};

it('runs all that waits in one frame, in its order, and once', () => {
	const ran: string[] = [];
	onNextFrame(() => ran.push('a'));
	onNextFrame(() => ran.push('b'));
	expect(frames).toHaveLength(1);
	frame();
	vi.runAllTimers();
	expect(ran).toEqual(['a', 'b']);
});

it('leaves what is asked for meanwhile to the next', () => {
	const ran: string[] = [];
	onNextFrame(() => onNextFrame(() => ran.push('next')));
	frame();
	expect(ran).toEqual([]);
	frame();
	expect(ran).toEqual(['next']);
});

it('does without a frame where none comes', () => {
	const ran: string[] = [];
	onNextFrame(() => ran.push('a'));
	vi.runAllTimers();
	// A frame that comes late after all has nothing to do.
	frame();
	expect(ran).toEqual(['a']);
});

it('runs the others when one fails', () => {
	const ran: string[] = [];
	onNextFrame(() => {
		throw new Error('broken');
	});
	onNextFrame(() => ran.push('b'));
	frame();
	expect(ran).toEqual(['b']);
});

it('goes on where a frame could not be asked for', () => {
	const ran: string[] = [];
	vi.stubGlobal('requestAnimationFrame', () => {
		throw new Error('no window');
	});
	expect(() => onNextFrame(() => ran.push('a'))).toThrow('no window');
	onNextFrame(() => ran.push('b'));
	vi.runAllTimers();
	expect(ran).toEqual(['a', 'b']);
});
