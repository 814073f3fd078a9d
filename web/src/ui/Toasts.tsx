import { Notifications } from '@mantine/notifications';
import css from './Toasts.module.css';

/** Where toasts stand: below dialogs, and below the list of tasks, which somebody opened to see. */
export default function Toasts() {
	return <Notifications className={css.toasts} containerWidth={400} limit={4} position="bottom-right" zIndex={150} />;
}
