import { srs } from '../sr/noun';
import { ActivityList } from './ActivityList';

export default function SrActivity({ id }: { id: string }) {
	return <ActivityList id={id} noun={srs} of="SR" />;
}
