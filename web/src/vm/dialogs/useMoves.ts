/** The disks and interfaces of VMs that are to move, and what the networks there are that theirs are called like. */
import { text } from '../../list/noun';
import { useAll } from '../../live/hooks';
import { within } from '../../live/listing';
import { idFilter } from '../../live/names';
import type { Row } from '../../live/view';

/** VMs whose disks and interfaces are chosen for one by one; of more the server decides. */
const FEW = 20;

export interface Moves {
	disks: readonly { vdi: Row; vm: string }[];
	/** Only where the pool changes; else they stay on their networks. */
	interfaces: readonly { vif: Row; vm: string; network: string }[];
	/** Network there by the id of the interface: the one of the same name. */
	suggested: Readonly<Record<string, string>>;
}

const VBD_COLUMNS = ['VM', 'VDI', 'is_cd_drive'];
const VDI_COLUMNS = ['name_label', 'size', '$SR'];
const VIF_COLUMNS = ['$VM', '$network', 'device', 'MAC'];
const NETWORK_COLUMNS = ['name_label'];

export function useMoves(vms: readonly Row[], host: Row | undefined, leaves: boolean): Moves {
	const few = host !== undefined && vms.length <= FEW ? vms : [];
	const ids = few.map(({ id }) => id);
	const ofThem = (property: string) => (ids.length === 0 ? undefined : idFilter(ids).replace(/^id:/, `${property}:`));
	const drives = useAll('VBD', ofThem('VM'), VBD_COLUMNS) ?? [];
	const disks = drives.filter((vbd) => vbd.is_cd_drive !== true && text(vbd, 'VDI') !== '');
	const vdis = useAll(
		'VDI',
		disks.length === 0 ? undefined : idFilter(disks.map((vbd) => text(vbd, 'VDI'))),
		VDI_COLUMNS,
	);
	const vifs = useAll('VIF', leaves ? ofThem('$VM') : undefined, VIF_COLUMNS) ?? [];
	const used = [...new Set(vifs.map((vif) => text(vif, '$network')))];
	const here = useAll('network', used.length === 0 ? undefined : idFilter(used), NETWORK_COLUMNS) ?? [];
	const there = useAll(
		'network',
		leaves && host ? within('', '$pool', text(host, '$pool')) : undefined,
		NETWORK_COLUMNS,
	);
	const nameOf = (id: string) => text(few.find((vm) => vm.id === id) ?? { id: '' }, 'name_label');
	const suggested: Record<string, string> = {};
	for (const vif of vifs) {
		const name = here.find(({ id }) => id === vif.$network)?.name_label;
		const alike = there?.find((network) => network.name_label === name);
		if (alike !== undefined) suggested[vif.id] = alike.id;
	}
	return {
		disks: disks.flatMap((vbd) => {
			const vdi = vdis?.find(({ id }) => id === vbd.VDI);
			return vdi === undefined ? [] : [{ vdi, vm: nameOf(text(vbd, 'VM')) }];
		}),
		interfaces: vifs.map((vif) => ({
			vif,
			vm: nameOf(text(vif, '$VM')),
			network: text(here.find(({ id }) => id === vif.$network) ?? { id: '' }, 'name_label'),
		})),
		suggested,
	};
}
