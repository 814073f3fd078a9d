import type { AddProps } from '../list/noun';
import { DiskForm } from './DiskForm';

/** A new disk of a VM. */
export default function NewDiskOfVm({ of, onClose }: AddProps) {
	return <DiskForm onClose={onClose} vm={of} />;
}
