/** Calls back once, soon; the browser's next frame, or a short timer where no frame comes (a hidden tab). */
export type Schedule = (run: () => void) => void;

export const onNextFrame: Schedule = (run) => {
	let done = false;
	const once = () => {
		if (done) return;
		done = true;
		run();
	};
	requestAnimationFrame(once);
	setTimeout(once, 100);
};
