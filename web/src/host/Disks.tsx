/** The disks in a host, with their parts and their own word on their health. */
import { useTranslation } from 'react-i18next';
import { Setting, Settings } from '../form/Setting';
import type { Row } from '../live/view';
import css from '../pool/PoolConfig.module.css';
import { formatBytes } from '../ui/format';
import { Answer, useAsked } from './HostHardware';

interface Device {
	name: string;
	size?: string | number;
	type?: string;
	mountpoint?: string | null;
	children?: Device[];
}

export function Disks({ host }: { host: Row }) {
	const { t } = useTranslation();
	const asked = useAsked('host.getBlockdevices', { id: host.id }, host);
	const health = useAsked('host.getSmartctlHealth', { id: host.id }, host);
	const devices = ((Object(asked.data) as { blockdevices?: Device[] }).blockdevices ?? []).filter(
		({ type }) => type === undefined || type === 'disk' || type.startsWith('raid'),
	);
	const words = Object.entries(Object(health.data)) as [string, string][];
	return (
		<Settings title={t('vdi.title')}>
			{devices.length === 0 && (
				<Setting label={t('vdi.title')}>
					<Answer of={asked}>{t('none')}</Answer>
				</Setting>
			)}
			{devices.map((device) => {
				const word = words.find(([path]) => path.split(':')[0] === `/dev/${device.name}`)?.[1];
				return (
					<Setting key={device.name} label={device.name}>
						{device.size !== undefined && formatBytes(Number(device.size))}
						{word !== undefined && (
							<span className={/pass|ok/i.test(word) ? css.dim : css.note}> {t('hostPage.smart', { word })}</span>
						)}
						{device.children?.map((part) => (
							<div className={css.dim} key={part.name}>
								{part.name} {part.size !== undefined && formatBytes(Number(part.size))} {part.mountpoint ?? ''}
							</div>
						))}
					</Setting>
				);
			})}
		</Settings>
	);
}
