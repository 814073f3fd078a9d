/** What VMs that are made of a template begin with. */
import { VmConfig } from './VmConfig';

export default function TemplateConfig({ id }: { id: string }) {
	return <VmConfig id={id} kind="VM-template" />;
}
