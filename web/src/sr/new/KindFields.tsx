/** What is asked of each kind of storage. */
import { NativeSelect, Textarea } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Disk } from './Disk';
import css from './Found.module.css';
import { Field, type KindProps } from './fields';
import { Hba } from './Hba';
import { Iscsi } from './Iscsi';
import { Nfs } from './Nfs';
import type { Kind } from './plan';
import { Zfs } from './Zfs';

/** Drivers that hosts may have beside those with a form of their own. */
const DRIVERS = ['cephfs', 'file', 'glusterfs', 'largeblock', 'linstor', 'lvmofcoe', 'moosefs', 'shm', 'udev', 'xfs'];

export function KindFields({ kind, ...props }: KindProps & { kind: Kind }) {
	const { t } = useTranslation();
	const { draft, onChange } = props;
	switch (kind) {
		case 'nfs':
			return <Nfs {...props} />;
		case 'iso-nfs':
			return (
				<>
					<Nfs {...props} iso />
					<AttachAgain {...props} />
				</>
			);
		case 'iscsi':
			return <Iscsi {...props} />;
		case 'hba':
			return <Hba {...props} />;
		case 'ext':
		case 'lvm':
			return <Disk {...props} />;
		case 'zfs':
			return <Zfs {...props} />;
		case 'smb':
		case 'iso-smb':
			return (
				<>
					<Field
						draft={draft}
						label={t('newSr.share')}
						name="server"
						onChange={onChange}
						placeholder={'\\\\server\\share'}
					/>
					<div className={css.two}>
						<Field
							draft={draft}
							label={t('newSr.user')}
							name="user"
							onChange={onChange}
							placeholder={t('form.optional')}
						/>
						<Field draft={draft} label={t('newSr.password')} name="password" onChange={onChange} secret />
					</div>
					<AttachAgain {...props} />
				</>
			);
		case 'iso-local':
			return (
				<>
					<Field
						draft={draft}
						help={t('newSr.folderHelp')}
						label={t('newSr.folder')}
						name="path"
						onChange={onChange}
						placeholder="/var/opt/iso"
					/>
					<AttachAgain {...props} />
				</>
			);
		case 'other':
			return (
				<>
					<NativeSelect
						data={[{ value: '', label: t('form.choose') }, ...DRIVERS]}
						label={t('newSr.driver')}
						onChange={(event) => onChange({ driver: event.currentTarget.value })}
						value={draft.driver}
					/>
					<Textarea
						autosize
						description={t('newSr.configHelp')}
						label={t('newSr.config')}
						minRows={3}
						onChange={(event) => onChange({ config: event.currentTarget.value })}
						placeholder={'server=…\nserverpath=…'}
						value={draft.config}
					/>
				</>
			);
	}
}

/** Where hosts do not tell what is there: a storage that was forgotten is named by whoever knows it. */
function AttachAgain({ draft, onChange }: KindProps) {
	const { t } = useTranslation();
	return (
		<Field
			draft={draft}
			help={t('newSr.againHelp')}
			label={t('newSr.again')}
			name="existing"
			onChange={onChange}
			placeholder={t('form.optional')}
		/>
	);
}
