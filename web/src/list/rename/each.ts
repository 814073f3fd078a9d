/** Does one thing after the other, some at a time, and tells how each goes. */
export type Result = { is: 'doing' } | { is: 'done' } | { is: 'failed'; error: unknown };

export interface Ways<T> {
	act: (item: T) => Promise<unknown>;
	/** How many are under way at most. */
	atOnce: number;
	tell: (item: T, result: Result) => void;
	/** Whether what has not begun is left. */
	isStopped: () => boolean;
}

/** Ends when what was begun has ended; what failed does not keep the others from it. */
export async function each<T>(items: readonly T[], { act, atOnce, tell, isStopped }: Ways<T>): Promise<void> {
	const left = items.values();
	const worker = async () => {
		for (const item of left) {
			if (isStopped()) return;
			tell(item, { is: 'doing' });
			try {
				await act(item);
				tell(item, { is: 'done' });
			} catch (error) {
				tell(item, { is: 'failed', error });
			}
		}
	};
	await Promise.all(Array.from({ length: atOnce }, worker));
}
