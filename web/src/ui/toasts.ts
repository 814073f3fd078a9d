/** Toasts: their components are fetched when the page has been painted, or with the first toast. */
import type { NotificationData } from '@mantine/notifications';

type Toast = Omit<NotificationData, 'id'>;

type Store = typeof import('@mantine/notifications')['notifications'];

let last = 0;

let fetched: Promise<Store> | undefined;

/** What is done to toasts is done in its order. Without the server they may not be there yet; the next asks again. */
function withStore(act: (store: Store) => unknown): void {
	fetched ??= import('@mantine/notifications').then(({ notifications }) => notifications);
	fetched.then(
		(store) => void act(store),
		(error: unknown) => {
			fetched = undefined;
			console.warn('a message could not be shown', error);
		},
	);
}

export const toasts = {
	/** Shows one; returns what names it. */
	show(toast: Toast): string {
		const id = `toast-${++last}`;
		withStore((store) => store.show({ ...toast, id }));
		return id;
	},
	/** Shows something else in the place of one. */
	update({ id, ...toast }: Toast & { id: string }): void {
		withStore((store) => store.update({ ...toast, id }));
	},
};
