/** Calls back once, soon; the browser's next frame, or a short timer where no frame comes (a hidden tab). */
export type Schedule = (run: () => void) => void;

/** How long a frame is waited for, in ms. */
const LATEST = 100;

let waiting: (() => void)[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

/** All that waits for a frame is run in one go: what it wakes is rendered together then, once a frame. */
export const onNextFrame: Schedule = (run) => {
	waiting.push(run);
	if (waiting.length > 1) return;
	// First what comes in any case: where a frame cannot be asked for, those that wait must not wait for ever.
	timer = setTimeout(runAll, LATEST);
	requestAnimationFrame(runAll);
};

function runAll(): void {
	clearTimeout(timer);
	const all = waiting;
	waiting = [];
	for (const run of all) {
		try {
			run();
		} catch (error) {
			// The others run all the same.
			reportError(error);
		}
	}
}
