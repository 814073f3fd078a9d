import { hosts } from '../host/noun';
import { ActivityList } from './ActivityList';

export default function HostActivity({ id }: { id: string }) {
	return <ActivityList id={id} noun={hosts} of="host" />;
}
