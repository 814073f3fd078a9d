import { networks } from '../network/noun';
import { ActivityList } from './ActivityList';

export default function NetworkActivity({ id }: { id: string }) {
	return <ActivityList id={id} noun={networks} of="network" />;
}
