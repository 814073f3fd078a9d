/** Toasts: their components are fetched when the page has been painted, or with the first toast. */
import type { NotificationData } from '@mantine/notifications';

type Toast = Omit<NotificationData, 'id'>;

type Store = typeof import('@mantine/notifications')['notifications'];

let last = 0;

/** Without the server, what is not fetched yet cannot be; it is asked for again with the next toast. */
function withStore(act: (store: Store) => unknown): void {
	import('@mantine/notifications').then(
		({ notifications }) => void act(notifications),
		(error: unknown) => console.warn('a message could not be shown', error),
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
