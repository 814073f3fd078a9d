import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../ui/format';
import { Found } from './Found';
import { Field, type KindProps } from './fields';
import { useProbe } from './useProbe';

/** As `lsblk` tells of a disk or of a part of one. */
interface Block {
	name: string;
	size: string | number;
	type: string;
	ro?: string | boolean;
	mountpoint?: string | null;
	children?: Block[];
}

/** A disk of the host, of those that nothing uses. */
export function Disk({ host, draft, onChange }: KindProps) {
	const { t } = useTranslation();
	const blocks = useProbe('host.getBlockdevices', { id: host });
	return (
		<>
			<Found
				choices={(found) =>
					disksOf(found).map((disk) => {
						const why = isMounted(disk)
							? t('newSr.mounted')
							: (disk.children?.length ?? 0) > 0
								? t('newSr.hasParts', { count: disk.children?.length })
								: undefined;
						return {
							value: `/dev/${disk.name}`,
							label: `/dev/${disk.name}`,
							help: why,
							hint: formatBytes(Number(disk.size)),
							disabled: isMounted(disk),
						};
					})
				}
				label={t('newSr.disks')}
				none={t('newSr.noDisks')}
				onChange={(device) => onChange({ device })}
				query={blocks}
				value={draft.device}
			/>
			<Field
				draft={draft}
				help={t('newSr.deviceHelp')}
				label={t('newSr.device')}
				name="device"
				onChange={onChange}
				placeholder="/dev/sdb"
			/>
		</>
	);
}

function disksOf(answer: Record<string, unknown>): Block[] {
	const all = Array.isArray(answer.blockdevices) ? (answer.blockdevices as Block[]) : [];
	return all.filter(({ type }) => type === 'disk');
}

function isMounted(block: Block): boolean {
	return Boolean(block.mountpoint) || (block.children ?? []).some(isMounted);
}
