/** What a VM is configured to be, each thing changed in its place; what its state does not allow says why. */
import { VmConfig } from './VmConfig';

export default function ConfigSection({ id }: { id: string }) {
	return <VmConfig id={id} kind="VM" />;
}
