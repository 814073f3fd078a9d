import { Link } from '@tanstack/react-router';
import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isHeld } from '../list/held';
import type { NounId } from '../list/noun';
import { formatNumber } from '../ui/format';
import { DownIcon, type Icon, RightIcon } from '../ui/icons';
import css from './Tree.module.css';

interface NodeProps {
	name: string;
	icon: Icon;
	/** The list it leads to, and what that shows. */
	list: NounId;
	search: { s?: string; id?: string };
	count?: number;
	/** What is below it; made when it is opened. */
	children?: () => ReactNode;
	open?: boolean;
	/** Begins to drag what it stands for; without, it is a link like others. */
	onTake?: (event: DragEvent) => void;
	/** Takes what is dragged just now; without, it does not. */
	onDrop?: (() => void) | undefined;
}

/** How long something is held over a closed node until that opens, in ms. */
const OPENS = 700;

/** One line of a tree, with what is below it. */
export function Node(props: NodeProps) {
	const { name, icon: NodeIcon, list, search, count, children, open: first = false, onTake, onDrop } = props;
	const { t } = useTranslation();
	const [open, setOpen] = useState(first);
	const [isOver, setOver] = useState(false);
	const opening = useRef<ReturnType<typeof setTimeout>>(undefined);
	const enter = (event: DragEvent) => {
		if (isHeld() === undefined || isWithin(event)) return;
		setOver(true);
		clearTimeout(opening.current);
		if (children !== undefined) opening.current = setTimeout(() => setOpen(true), OPENS);
	};
	const leave = () => {
		setOver(false);
		clearTimeout(opening.current);
	};
	return (
		<li className={css.node}>
			{/* biome-ignore lint/a11y/noStaticElementInteractions: by keyboard it is the action of what is dragged */}
			<div
				className={css.line}
				data-over={(isOver && onDrop !== undefined) || undefined}
				data-takes={onDrop !== undefined || undefined}
				onDragEnter={enter}
				onDragLeave={(event) => !isWithin(event) && leave()}
				onDragOver={(event) => onDrop !== undefined && event.preventDefault()}
				onDrop={(event) => {
					event.preventDefault();
					leave();
					onDrop?.();
				}}
			>
				{children === undefined ? (
					<span className={css.noToggle} />
				) : (
					<button
						aria-expanded={open}
						aria-label={t(open ? 'tree.close' : 'tree.open', { name })}
						className={css.toggle}
						onClick={() => setOpen(!open)}
						type="button"
					>
						{open ? <DownIcon size={14} /> : <RightIcon size={14} />}
					</button>
				)}
				<Link className={css.link} onDragStart={onTake} params={{ list }} search={search} title={name} to="/$list">
					<NodeIcon size={15} />
					<span>{name}</span>
					{count !== undefined && <small>{formatNumber(count)}</small>}
				</Link>
			</div>
			{open && children !== undefined && <ul>{children()}</ul>}
		</li>
	);
}

/** Whether it comes from or goes to another part of the same line. */
function isWithin({ currentTarget, relatedTarget }: DragEvent): boolean {
	return relatedTarget instanceof Element && currentTarget.contains(relatedTarget);
}
