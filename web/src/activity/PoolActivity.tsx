import { pools } from '../pool/noun';
import { ActivityList } from './ActivityList';

export default function PoolActivity({ id }: { id: string }) {
	return <ActivityList id={id} noun={pools} of="pool" />;
}
