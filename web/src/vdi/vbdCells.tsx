/** Cells about the disk of a drive, which the row of the drive names only. */
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Ref } from '../list/cells';
import css from '../list/cells.module.css';
import { number, text } from '../list/noun';
import { useNamed } from '../live/hooks';
import type { Row } from '../live/view';
import { formatBytes } from '../ui/format';
import { Meter } from '../ui/Meter';

export function DiskName({ row }: { row: Row }) {
	const { t } = useTranslation();
	const id = text(row, 'VDI');
	const disk = useNamed('VDI', id);
	if (id === '') return <span className={css.dim}>{t('vbd.empty')}</span>;
	return (
		<span className={css.name}>
			<Link
				onClick={(event) => event.stopPropagation()}
				params={{ list: 'vdis', id }}
				search={{}}
				tabIndex={-1}
				to="/$list/$id"
			>
				{disk === undefined ? '' : text(disk, 'name_label') || id.slice(0, 8)}
			</Link>
			{disk !== undefined && <span className={css.description}>{text(disk, 'name_description')}</span>}
		</span>
	);
}

export function DiskSize({ row }: { row: Row }) {
	const disk = useNamed('VDI', text(row, 'VDI'));
	const size = disk === undefined ? undefined : number(disk, 'size');
	return <>{size !== undefined && formatBytes(size)}</>;
}

export function DiskUsage({ row }: { row: Row }) {
	const disk = useNamed('VDI', text(row, 'VDI'));
	if (disk === undefined) return null;
	return <Meter mayFill size={number(disk, 'size') ?? 0} usage={number(disk, 'usage') ?? 0} />;
}

export function DiskSr({ row }: { row: Row }) {
	const disk = useNamed('VDI', text(row, 'VDI'));
	return disk === undefined ? null : <Ref id={text(disk, '$SR')} sort="SR" />;
}
