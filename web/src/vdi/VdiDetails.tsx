import { DiskSettings } from './DiskSettings';

/** What is to know of one disk, to change in its place. */
export default function VdiDetails({ id }: { id: string }) {
	return <DiskSettings id={id} inPage />;
}
