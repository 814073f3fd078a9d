/** Names with values, to change, to take away and to add to. */
import { ActionIcon, Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EditableText } from '../../form/EditableText';
import { useHeld } from '../../live/Held';
import { AddIcon, RemoveIcon } from '../../ui/icons';
import css from './Config.module.css';

interface EntriesProps {
	title: string;
	help?: string;
	entries: readonly (readonly [name: string, value: string])[];
	onSet: (name: string, value: string) => Promise<unknown>;
	onRemove: (name: string) => Promise<unknown>;
}

export function Entries({ title, help, entries, onSet, onRemove }: EntriesProps) {
	const { t } = useTranslation();
	const isHeld = useHeld() !== undefined;
	const [isAdding, setAdding] = useState(false);
	const add = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const data = new FormData(event.currentTarget);
		const name = String(data.get('name')).trim();
		if (name === '') return;
		setAdding(false);
		void onSet(name, String(data.get('value')));
	};
	return (
		<section aria-label={title} className={css.section}>
			<h2>{title}</h2>
			{help !== undefined && <p className={css.dim}>{help}</p>}
			{entries.length > 0 && (
				<div className={css.rows}>
					{entries.map(([name, value]) => (
						<div className={css.row} key={name}>
							<span className={css.dim}>{name}</span>
							<EditableText
								disabled={isHeld}
								label={name}
								labelled
								onSave={async (text) => void (await onSet(name, text))}
								value={value}
							/>
							<ActionIcon
								aria-label={t('vmConfig.removeEntry', { name })}
								color="gray"
								disabled={isHeld}
								onClick={() => void onRemove(name)}
								variant="subtle"
							>
								<RemoveIcon size={16} />
							</ActionIcon>
						</div>
					))}
				</div>
			)}
			{isAdding ? (
				<form className={css.adding} onSubmit={add}>
					<TextInput autoComplete="off" autoFocus label={t('column.name')} name="name" required withAsterisk={false} />
					<TextInput autoComplete="off" label={t('vmConfig.value')} name="value" />
					<Button type="submit">{t('form.save')}</Button>
				</form>
			) : (
				<Button
					disabled={isHeld}
					leftSection={<AddIcon size={14} />}
					onClick={() => setAdding(true)}
					size="compact-sm"
					variant="default"
				>
					{t('vmConfig.addEntry')}
				</Button>
			)}
		</section>
	);
}
