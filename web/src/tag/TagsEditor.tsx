import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import { useLive } from '../live/hooks';
import { AddIcon, CloseIcon } from '../ui/icons';
import { toasts } from '../ui/toasts';
import { Tag } from './Tags';
import css from './TagsEditor.module.css';

interface TagsEditorProps {
	/** The object that has the tags. */
	id: string;
	tags: readonly string[];
	onPick: ((tag: string) => void) | undefined;
	disabled: boolean;
}

/** The tags of one object, to take away and to add to. They change when the server says so. */
export function TagsEditor({ id, tags, onPick, disabled }: TagsEditorProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const [adding, setAdding] = useState(false);

	const change = (method: 'tag.add' | 'tag.remove', tag: string) =>
		connection.call(method, { id, tag }).catch((error: unknown) =>
			toasts.show({
				color: 'red',
				title: t(method === 'tag.add' ? 'tag.notAdded' : 'tag.notRemoved', { tag }),
				message: errorText(error),
				autoClose: false,
			}),
		);
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const tag = String(new FormData(event.currentTarget).get('tag') ?? '').trim();
		event.currentTarget.reset();
		if (tag === '') setAdding(false);
		else if (!tags.includes(tag)) void change('tag.add', tag);
	};

	return (
		<ul className={css.tags}>
			{tags.map((tag) => (
				<li className={css.tag} key={tag}>
					<Tag onPick={onPick} tag={tag} />
					<button
						aria-label={t('tag.remove', { tag })}
						className={css.remove}
						disabled={disabled}
						onClick={() => void change('tag.remove', tag)}
						type="button"
					>
						<CloseIcon size={12} />
					</button>
				</li>
			))}
			<li>
				{adding ? (
					<form onSubmit={submit}>
						<input
							aria-label={t('tag.new')}
							// biome-ignore lint/a11y/noAutofocus: it appears because somebody asked for it
							autoFocus
							className={css.input}
							disabled={disabled}
							name="tag"
							onBlur={() => setAdding(false)}
							onKeyDown={(event) => {
								if (event.key !== 'Escape') return;
								event.stopPropagation();
								setAdding(false);
							}}
							placeholder={t('tag.placeholder')}
						/>
					</form>
				) : (
					<button className={css.add} disabled={disabled} onClick={() => setAdding(true)} type="button">
						<AddIcon size={12} /> {t('tag.add')}
					</button>
				)}
			</li>
		</ul>
	);
}
