/**
 * Text in the part of Markdown that notes use: headings, lists, code, emphasis and links. It makes elements, no HTML, so
 * that a note can do nothing; what it does not know stands as it is written.
 */
import type { ReactNode } from 'react';
import css from './Markdown.module.css';

const INLINE =
	/(`[^`]+`)|(\*\*[^*]+\*\*)|(\*[^*\s][^*]*\*|_[^_\s][^_]*_)|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>)]+)/g;

function inline(text: string): ReactNode[] {
	const parts: ReactNode[] = [];
	let at = 0;
	for (const match of text.matchAll(INLINE)) {
		const [whole, code, strong, soft, label, address, bare] = match;
		parts.push(text.slice(at, match.index));
		at = match.index + whole.length;
		const key = match.index;
		if (code !== undefined) parts.push(<code key={key}>{code.slice(1, -1)}</code>);
		else if (strong !== undefined) parts.push(<strong key={key}>{strong.slice(2, -2)}</strong>);
		else if (soft !== undefined) parts.push(<em key={key}>{soft.slice(1, -1)}</em>);
		else {
			parts.push(
				<a href={address ?? bare} key={key} rel="noreferrer noopener" target="_blank">
					{label ?? bare}
				</a>,
			);
		}
	}
	parts.push(text.slice(at));
	return parts;
}

/** Texts with what names each: where it begins. */
function placed(texts: readonly string[]): { at: number; text: string }[] {
	let at = 0;
	return texts.map((text) => {
		const begins = at;
		at += text.length + 1;
		return { at: begins, text };
	});
}

export function Markdown({ text }: { text: string }) {
	const blocks = text
		.replace(/\r/g, '')
		.split(/(```[\s\S]*?(?:```|$))|\n{2,}/)
		.filter((block): block is string => block !== undefined && block.trim() !== '');
	return (
		<div className={css.text}>
			{placed(blocks).map((block) => (
				<Block key={block.at} text={block.text} />
			))}
		</div>
	);
}

function Block({ text }: { text: string }) {
	if (text.startsWith('```')) return <pre>{text.replace(/^```[^\n]*\n?|\n?```$/g, '')}</pre>;
	const lines = text.trim().split('\n');
	const heading = lines.length === 1 ? /^#{1,6}\s+(.*)$/.exec(lines[0] ?? '')?.[1] : undefined;
	if (heading !== undefined) return <p className={css.heading}>{inline(heading)}</p>;
	if (lines.every((line) => /^\s*([-*+]|\d+\.)\s/.test(line))) {
		const items = lines.map((line) => line.replace(/^\s*([-*+]|\d+\.)\s+/, ''));
		const List = /^\s*\d/.test(lines[0] ?? '') ? 'ol' : 'ul';
		return (
			<List>
				{placed(items).map((item) => (
					<li key={item.at}>{inline(item.text)}</li>
				))}
			</List>
		);
	}
	return <p>{inline(text.trim())}</p>;
}
