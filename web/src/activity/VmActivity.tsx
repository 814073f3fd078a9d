import { vms } from '../vm/noun';
import { ActivityList } from './ActivityList';

export default function VmActivity({ id }: { id: string }) {
	return <ActivityList id={id} noun={vms} of="VM" />;
}
