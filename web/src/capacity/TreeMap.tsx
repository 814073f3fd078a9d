/** The map: one tile can have the focus, arrows go from tile to tile, Enter looks into one, Backspace leaves it. */
import { useNavigate } from '@tanstack/react-router';
import i18next from 'i18next';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatPercent } from '../ui/format';
import css from './TreeMap.module.css';
import { sized } from './tree';
import { layout, type Node, neighbour, type Tile } from './treemap';

export interface MapProps {
	node: Node;
	text: (value: number) => string;
	onOpen: (id: string) => void;
	onUp?: () => void;
}

/** Names are written from this size of a tile on, in px. */
const NAMED = { width: 44, height: 17 };

export function TreeMap({ node, text, onOpen, onUp }: MapProps) {
	const { t } = useTranslation();
	const navigate = useNavigate();
	const box = useRef<HTMLElement>(null);
	const [room, setRoom] = useState({ width: 0, height: 0 });
	const [focused, setFocused] = useState<string>();
	useEffect(() => {
		const element = box.current;
		if (element === null) return;
		const observer = new ResizeObserver(([entry]) => {
			if (entry !== undefined) setRoom({ width: entry.contentRect.width, height: entry.contentRect.height });
		});
		observer.observe(element);
		return () => observer.disconnect();
	}, []);
	const tiles = useMemo(() => layout(sized(node), { x: 0, y: 0, ...room }), [node, room]);
	const known = useMemo(() => index(node), [node]);
	const current = tiles.some(({ node: { id } }) => id === focused) ? focused : tiles[0]?.node.id;
	const enter = ({ node: { id, kind } }: Tile) => {
		if (kind === 'vm' || kind === 'disk') {
			void navigate({ to: '/$list/$id', params: { list: kind === 'vm' ? 'vms' : 'vdis', id }, search: {} });
		} else if (kind !== 'rest' && kind !== 'free') onOpen(id);
		else if (kind === 'rest' && node.kind !== 'host' && node.kind !== 'sr') {
			const parent = id.replace(/ (rest|others)$/, '');
			if (parent !== node.id && parent !== '') onOpen(parent);
		}
	};
	const press = (event: KeyboardEvent, tile: Tile) => {
		if (event.key === 'Backspace' || event.key === 'Escape') {
			if (onUp === undefined) return;
			event.preventDefault();
			onUp();
			return;
		}
		if (!event.key.startsWith('Arrow')) return;
		event.preventDefault();
		const next = neighbour(tiles, tile, event.key);
		if (next === undefined) return;
		setFocused(next.node.id);
		box.current?.querySelector<HTMLElement>(`[data-tile="${CSS.escape(next.node.id)}"]`)?.focus();
	};
	return (
		<section aria-label={t('capacity.mapOf', { name: node.name })} className={css.map} ref={box}>
			{tiles.map((tile) => {
				const { node: shown, x, y, width, height, holds, depth } = tile;
				const of = known.get(shown.id) ?? shown;
				const name = nameOf(of);
				const share = of.size !== undefined && of.size > 0 ? of.value / of.size : undefined;
				const used =
					of.size === undefined ? text(of.value) : t('usedOf', { used: text(of.value), size: text(of.size) });
				const isNamed = width >= NAMED.width && height >= NAMED.height;
				const hasValue = !holds && width >= NAMED.width && height >= 2 * NAMED.height;
				return (
					<button
						className={css.tile}
						data-deep={depth}
						data-full={(share !== undefined && share >= 0.9) || undefined}
						data-holds={holds || undefined}
						data-kind={shown.kind}
						data-tile={shown.id}
						key={shown.id}
						onClick={() => enter(tile)}
						onFocus={() => setFocused(shown.id)}
						onKeyDown={(event) => press(event, tile)}
						style={{ left: x, top: y, width: Math.max(0, width - 1), height: Math.max(0, height - 1) }}
						tabIndex={shown.id === current ? 0 : -1}
						title={`${name}: ${used}`}
						type="button"
					>
						{/* The name of the button is what is seen of it, and what there is no room to show. */}
						<span className={isNamed ? css.name : css.hidden}>
							{name}
							{holds && share !== undefined && <small> {formatPercent(share)}</small>}
						</span>{' '}
						{hasValue && <span className={css.value}>{text(of.value)}</span>}
						{(!hasValue || of.size !== undefined) && <span className={css.hidden}>{used}</span>}
					</button>
				);
			})}
		</section>
	);
}

export function nameOf({ kind, name, count }: Node): string {
	const { t } = i18next;
	if (kind === 'free') return t('capacity.free');
	if (kind !== 'rest') return name;
	return count === undefined ? t('capacity.rest') : t('capacity.others', { count });
}

/** All nodes by their ids. */
function index(node: Node, into = new Map<string, Node>()): Map<string, Node> {
	into.set(node.id, node);
	for (const child of node.children ?? []) index(child, into);
	return into;
}
