/** What the form of a new VM has to know of its template and its pool, followed while the form is there. */
import { text } from '../../list/noun';
import { useAll } from '../../live/hooks';
import { within } from '../../live/listing';
import { idFilter } from '../../live/names';
import type { Row } from '../../live/view';
import { storageOfPool } from '../storage';
import type { Facts } from './draft';

const SR_COLUMNS = ['name_label', 'size', 'physical_usage', 'shared', '$container', '$pool'];
const NETWORK_COLUMNS = ['name_label', 'automatic', 'PIFs', '$pool'];

/** The facts once all of them are there. */
export function useFacts(id: string): Facts | undefined {
	const template = useOne('VM-template', id);
	const pool = useOne('pool', template?.row === undefined ? undefined : text(template.row, '$pool'));
	const poolId = pool?.row?.id;
	const drives = useAll('VBD', within('', 'VM', id));
	const disks = drives?.filter((vbd) => vbd.is_cd_drive !== true && text(vbd, 'VDI') !== '') ?? [];
	const ids = disks.map((vbd) => text(vbd, 'VDI'));
	const vdis = useAll('VDI', ids.length === 0 ? undefined : idFilter(ids));
	const interfaces = useAll('VIF', within('', '$VM', id));
	const networks = useAll('network', poolId && within('', '$pool', poolId), NETWORK_COLUMNS);
	const storages = useAll('SR', poolId && storageOfPool(poolId), SR_COLUMNS);
	if (template?.row === undefined || pool?.row === undefined || drives === undefined || interfaces === undefined)
		return undefined;
	if (networks === undefined || storages === undefined || (ids.length > 0 && vdis === undefined)) return undefined;
	return {
		template: template.row,
		pool: pool.row,
		disks: disks
			.flatMap((vbd) => {
				const vdi = vdis?.find((candidate) => candidate.id === vbd.VDI);
				return vdi === undefined ? [] : [{ position: text(vbd, 'position'), vdi }];
			})
			.sort((a, b) => Number(a.position) - Number(b.position)),
		networksOfTemplate: [...interfaces]
			.sort((a, b) => Number(a.device) - Number(b.device))
			.map((vif) => text(vif, '$network')),
		networks,
		storages,
	};
}

function useOne(type: string, id: string | undefined): { row: Row | undefined } | undefined {
	const rows = useAll(type, id === undefined ? undefined : `id:${id}`);
	return rows === undefined ? undefined : { row: rows.find((row) => row.id === id) };
}
