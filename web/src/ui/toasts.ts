/** Toasts: their components are fetched when the page has been painted, or with the first toast. */
import type { NotificationData } from '@mantine/notifications';

type Toast = Omit<NotificationData, 'id'>;

const store = () => import('@mantine/notifications').then(({ notifications }) => notifications);
let last = 0;

export const toasts = {
	/** Shows one; returns what names it. */
	show(toast: Toast): string {
		const id = `toast-${++last}`;
		void store().then((notifications) => notifications.show({ ...toast, id }));
		return id;
	},
	/** Shows something else in the place of one. */
	update({ id, ...toast }: Toast & { id: string }): void {
		void store().then((notifications) => notifications.update({ ...toast, id }));
	},
};
