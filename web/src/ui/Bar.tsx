import css from './Bar.module.css';

/** A share as a bar as wide as its place; the numbers stand beside it. */
export function Bar({ share, full = 0.9 }: { share: number; full?: number }) {
	const width = Math.min(1, Math.max(0, share));
	return (
		<span aria-hidden="true" className={css.bar} data-full={share >= full || undefined}>
			<span style={{ width: `${width * 100}%` }} />
		</span>
	);
}
