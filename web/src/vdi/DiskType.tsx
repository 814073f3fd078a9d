import type { Key } from '../i18n';
import { Word } from '../list/Word';

const TYPES: Readonly<Record<string, Key>> = {
	user: 'vdi.types.user',
	system: 'vdi.types.system',
	suspend: 'vdi.types.suspend',
	crashdump: 'vdi.types.crashdump',
	ha_statefile: 'vdi.types.ha_statefile',
	metadata: 'vdi.types.metadata',
	redo_log: 'vdi.types.redo_log',
	rrd: 'vdi.types.rrd',
	cbt_metadata: 'vdi.types.cbt_metadata',
};

/** What a disk is for, of `VDI_type`. */
export function DiskType({ value }: { value: string }) {
	return <Word of={TYPES} value={value} />;
}
