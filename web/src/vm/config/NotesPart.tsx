/** Notes on the VM, in Markdown. */
import { Textarea } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { EditableValue } from '../../form/EditableValue';
import { useHeld } from '../../live/Held';
import { Markdown } from '../../ui/Markdown';
import css from './Config.module.css';
import type { PartProps } from './VmConfig';

/** Most that the server takes. */
const LONGEST = 2048;

export function NotesPart({ vm, set }: PartProps) {
	const { t } = useTranslation();
	const isHeld = useHeld() !== undefined;
	const label = t('vmConfig.notes');
	const notes = vm.notes ?? '';
	return (
		<section className={css.section}>
			<h2>{label}</h2>
			<EditableValue
				disabled={isHeld}
				label={label}
				onSave={(text) => set(label, { notes: text.trim() === '' ? null : text })}
				ready={(text) => text.length <= LONGEST}
				shown={notes === '' ? <span className={css.dim}>{t('none')}</span> : <Markdown text={notes} />}
				value={notes}
			>
				{(text, change) => (
					<Textarea
						aria-label={label}
						autoFocus
						autosize
						className={css.notes}
						description={t('vmConfig.notesHelp', { left: LONGEST - text.length })}
						error={text.length > LONGEST ? t('vmConfig.notesTooLong') : undefined}
						maxRows={20}
						minRows={4}
						onChange={(event) => change(event.currentTarget.value)}
						value={text}
					/>
				)}
			</EditableValue>
		</section>
	);
}
