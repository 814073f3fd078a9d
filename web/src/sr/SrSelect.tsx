/** Chooses where disks go, or where images of discs are. */
import { useTranslation } from 'react-i18next';
import { ObjectSelect } from '../form/ObjectSelect';
import { Ref } from '../list/cells';
import { number, text } from '../list/noun';
import type { Row } from '../live/view';
import { formatBytes } from '../ui/format';

interface SrSelectProps {
	label?: string;
	/** Of this pool; without, of any. */
	pool: string | undefined;
	holds?: 'disks' | 'discs';
	value: string | undefined;
	onChange: (sr: Row | undefined) => void;
	/** Another one than this. */
	except?: string;
	required?: boolean;
	description?: string;
	disabled?: boolean;
}

const COLUMNS = ['size', 'physical_usage', '$pool', '$container', 'SR_type', 'inMaintenanceMode'];

/** Bytes that are free on it; nothing where it does not say. */
export function freeOf(sr: Row): number | undefined {
	const size = number(sr, 'size');
	const used = number(sr, 'physical_usage');
	return size === undefined || used === undefined || size <= 0 ? undefined : Math.max(0, size - used);
}

export function SrSelect({ label, pool, holds = 'disks', except, ...props }: SrSelectProps) {
	const { t } = useTranslation();
	const kind = holds === 'disks' ? '!content_type:|(iso disk)' : 'content_type:iso !SR_type:udev';
	const filter = [kind, pool && `$pool:${pool}`, except && `!id:${except}`].filter(Boolean).join(' ');
	return (
		<ObjectSelect
			columns={COLUMNS}
			filter={filter}
			hint={(sr) => <Place sr={sr} />}
			label={label ?? t('sr.one')}
			refused={(sr) => sr.inMaintenanceMode === true}
			type="SR"
			{...props}
		/>
	);
}

/** Where it is, and what is free on it: storages of hosts often have the same name. */
function Place({ sr }: { sr: Row }) {
	const { t } = useTranslation();
	const free = freeOf(sr);
	return (
		<>
			<Ref id={text(sr, '$container')} sort="place" />
			{free !== undefined && ` · ${t('disk.free', { size: formatBytes(free) })}`}
		</>
	);
}
