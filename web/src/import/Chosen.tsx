/** One file before its import: what it is, and what it will be called. */
import { ActionIcon, NativeSelect, TextInput, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../ui/format';
import { CloseIcon } from '../ui/icons';
import { Warning } from '../ui/Warning';
import css from './Chosen.module.css';
import { type Item, sourceName } from './item';
import { OvfFacts } from './OvfFacts';
import { FORMATS } from './Sources';
import { isVm, nameOf, type Sniffed } from './sniff';

interface ChosenProps {
	item: Item;
	onChange: (item: Item) => void;
	onRemove: () => void;
}

export function Chosen({ item, onChange, onRemove }: ChosenProps) {
	const { t } = useTranslation();
	const { source, format } = item;
	const file = sourceName(item);
	const known = format !== 'unknown' && format !== 'vhdx';
	const vm = known && isVm(format);
	const setFormat = (next: Sniffed) => {
		const name = item.name === '' && next !== 'xva' && next !== 'ova' ? nameOf(file) : item.name;
		onChange({ ...item, format: next, name });
	};
	return (
		<li aria-label={file} className={css.item}>
			<div className={css.head}>
				<strong>{file}</strong>
				{'file' in source && <span className={css.dim}>{formatBytes(source.file.size)}</span>}
				<Tooltip label={t('import.remove', { name: file })}>
					<ActionIcon aria-label={t('import.remove', { name: file })} color="gray" onClick={onRemove} variant="subtle">
						<CloseIcon size={16} />
					</ActionIcon>
				</Tooltip>
			</div>
			{format === 'vhdx' && <Warning>{t('import.vhdx')}</Warning>}
			{format === 'unknown' && <Warning>{t('import.unknown')}</Warning>}
			<div className={css.fields}>
				<NativeSelect
					data={[
						...(known ? [] : [{ value: 'unknown', label: t('form.choose') }]),
						...FORMATS.map((value) => ({ value, label: t(`import.format.${value}`) })),
					]}
					label={t('disk.formatOf')}
					onChange={(event) => setFormat(event.currentTarget.value as Sniffed)}
					value={known ? format : 'unknown'}
				/>
				<TextInput
					autoComplete="off"
					label={t('column.name')}
					onChange={(event) => onChange({ ...item, name: event.currentTarget.value })}
					placeholder={vm ? t('import.asInFile') : undefined}
					value={item.name}
				/>
				<TextInput
					autoComplete="off"
					label={t('edit.description')}
					onChange={(event) => onChange({ ...item, description: event.currentTarget.value })}
					placeholder={t(vm ? 'import.asInFile' : 'form.optional')}
					value={item.description}
				/>
			</div>
			{format === 'ova' && 'file' in source && <OvfFacts file={source.file} />}
		</li>
	);
}
