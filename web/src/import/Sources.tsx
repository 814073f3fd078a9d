/** Where what is imported comes from: files of this machine, or an address. */
import { Button, FileButton, NativeSelect, TextInput } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { UploadIcon } from '../ui/icons';
import { type Item, urlItem } from './item';
import css from './Sources.module.css';
import { type Format, formatOfName } from './sniff';

interface SourcesProps {
	onFiles: (files: File[]) => void;
	onUrl: (item: Item) => void;
}

export const FORMATS: readonly Format[] = ['xva', 'ova', 'vhd', 'qcow2', 'vmdk', 'raw', 'iso'];

export function Sources({ onFiles, onUrl }: SourcesProps) {
	const { t } = useTranslation();
	const [url, setUrl] = useState('');
	const [format, setFormat] = useState<Format>();
	const good = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
	const wanted = format ?? (good ? formatOfName(new URL(url).pathname) : undefined);
	const add = () => {
		if (!good || wanted === undefined) return;
		onUrl(urlItem(url, wanted));
		setUrl('');
		setFormat(undefined);
	};
	const press = (event: KeyboardEvent) => {
		if (event.key === 'Enter') add();
	};
	return (
		<>
			<div className={css.files}>
				<FileButton multiple onChange={onFiles}>
					{(props) => (
						<Button {...props} leftSection={<UploadIcon size={16} />} variant="default">
							{t('import.choose')}
						</Button>
					)}
				</FileButton>
				<span>{t('import.orDrop')}</span>
			</div>
			<div className={css.url}>
				<TextInput
					autoComplete="off"
					error={url !== '' && !good ? t('import.noUrl') : undefined}
					label={t('import.url')}
					onChange={(event) => setUrl(event.currentTarget.value.trim())}
					onKeyDown={press}
					placeholder="https://…"
					type="url"
					value={url}
				/>
				<NativeSelect
					data={[
						{ value: '', label: t('form.choose') },
						...FORMATS.map((value) => ({ value, label: t(`import.format.${value}`) })),
					]}
					label={t('disk.formatOf')}
					onChange={(event) => setFormat((event.currentTarget.value || undefined) as Format | undefined)}
					value={wanted ?? ''}
				/>
				<Button disabled={!good || wanted === undefined} onClick={add} variant="default">
					{t('import.addUrl')}
				</Button>
			</div>
		</>
	);
}
