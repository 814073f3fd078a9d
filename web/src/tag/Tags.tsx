import { useWords } from '../i18n/words';
import css from './Tags.module.css';

/** Tags as pills; `scope=value` shows the scope dimmed. What does not fit is cut; the title names all. */
export function Tags({ tags, onPick }: { tags: readonly string[]; onPick?: (tag: string) => void }) {
	if (tags.length === 0) return null;
	return (
		<span className={css.tags} title={tags.join(', ')}>
			{tags.map((tag, at) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a row that scrolls in takes over the elements of another
				<Tag key={at} onPick={onPick} tag={tag} />
			))}
		</span>
	);
}

/** One tag; a click on it picks it where that means something. */
export function Tag({ tag, onPick }: { tag: string; onPick?: (tag: string) => void }) {
	const words = useWords();
	const split = tag.indexOf('=');
	const text =
		split > 0 ? (
			<>
				<span className={css.scope}>{tag.slice(0, split)}</span>
				{tag.slice(split + 1)}
			</>
		) : (
			tag
		);
	if (onPick === undefined) return <span className={css.tag}>{text}</span>;
	return (
		<button
			className={css.tag}
			onClick={(event) => {
				event.stopPropagation();
				onPick(tag);
			}}
			tabIndex={-1}
			title={words.naming('tag.pick', 'tag', tag)}
			type="button"
		>
			{text}
		</button>
	);
}
