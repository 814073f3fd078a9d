import type { AddProps } from '../list/noun';
import { DiskForm } from './DiskForm';

/** A new disk on a storage, or on one that is chosen. */
export default function NewDiskOnSr({ of, onClose }: AddProps) {
	return <DiskForm onClose={onClose} sr={of} />;
}
