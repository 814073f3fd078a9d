/** The line above a console. */
import { Button, Menu } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
	DownIcon,
	FitIcon,
	FullIcon,
	type Icon,
	KeysIcon,
	SmallIcon,
	TerminalIcon,
	TypeIcon,
	WindowIcon,
} from '../ui/icons';
import css from './Console.module.css';
import { CTRL_ALT_DEL, type Stroke } from './keys';
import { LAYOUTS, type Layout } from './layouts';
import { TypeDialog } from './TypeDialog';
import type { FullScreen } from './useFullScreen';
import type { Protocol, Viewer } from './viewer';

interface ToolbarProps {
	name: string;
	/** What takes keys, while there is something. */
	viewer: Viewer | undefined;
	press: (strokes: readonly Stroke[]) => void;
	protocol: Protocol;
	onProtocol: (protocol: Protocol) => void;
	fit: boolean;
	onFit: (fit: boolean) => void;
	layout: Layout;
	onLayout: (layout: Layout) => void;
	full: FullScreen;
	address: string | undefined;
	own: string | undefined;
	/** What the guest has put on its clipboard last. */
	copied: string;
	tools: ReactNode;
}

export function Toolbar({ name, viewer, press, ...props }: ToolbarProps) {
	const { t } = useTranslation();
	const [typing, setTyping] = useState(false);
	const { protocol, layout, full, own, address } = props;
	const isScreen = protocol === 'rfb';
	return (
		<div aria-label={t('console.tools')} className={css.toolbar} role="toolbar">
			{isScreen && (
				<Tool
					disabled={viewer === undefined}
					icon={KeysIcon}
					label="Ctrl-Alt-Del"
					onClick={() => press([CTRL_ALT_DEL])}
				/>
			)}
			<Tool
				disabled={viewer === undefined}
				icon={TypeIcon}
				label={t('console.type.label')}
				onClick={() => setTyping(true)}
			/>
			{isScreen && <LayoutMenu layout={layout} onLayout={props.onLayout} />}
			{props.tools}
			{address !== undefined && <SshMenu address={address} />}
			<span className={css.space} />
			<div className={css.view}>
				<Tool
					icon={TerminalIcon}
					label={t(isScreen ? 'console.toText' : 'console.toScreen')}
					onClick={() => props.onProtocol(isScreen ? 'vt100' : 'rfb')}
				/>
				<Tool icon={FitIcon} label={t('console.fit')} onClick={() => props.onFit(!props.fit)} pressed={props.fit} />
				{own !== undefined && <Tool icon={WindowIcon} label={t('console.window')} onClick={() => openOwn(own, name)} />}
				{full.can && (
					<Tool
						icon={full.is ? SmallIcon : FullIcon}
						label={t(full.is ? 'console.small' : 'console.full')}
						onClick={full.toggle}
					/>
				)}
			</div>
			{typing && (
				<TypeDialog
					copied={props.copied}
					layout={layout}
					name={name}
					onClose={() => setTyping(false)}
					viewer={viewer}
				/>
			)}
		</div>
	);
}

interface ToolProps {
	icon: Icon;
	label: string;
	pressed?: boolean;
	disabled?: boolean;
	onClick: () => void;
}

/** A button with its words, of which narrow screens show the icon. */
export function Tool({ icon: ToolIcon, label, pressed, disabled, onClick }: ToolProps) {
	return (
		<Button
			aria-label={label}
			aria-pressed={pressed}
			disabled={disabled}
			onClick={onClick}
			size="compact-sm"
			title={label}
			variant={pressed === true ? 'light' : 'default'}
		>
			<ToolIcon size={16} />
			<span className={`${css.wide} ${css.word}`}>{label}</span>
		</Button>
	);
}

function LayoutMenu({ layout, onLayout }: { layout: Layout; onLayout: (layout: Layout) => void }) {
	const { t } = useTranslation();
	return (
		<Menu>
			<Menu.Target>
				<Button rightSection={<DownIcon size={14} />} size="compact-sm" variant="default">
					<span className={css.wide}>{t('console.layout.label', { layout: t(`console.layout.${layout}`) })}</span>
					<span className={css.narrow}>{t(`console.layout.${layout}`)}</span>
				</Button>
			</Menu.Target>
			<Menu.Dropdown>
				<Menu.Label>{t('console.layout.of')}</Menu.Label>
				<Menu.RadioGroup
					onChange={(value) => onLayout(LAYOUTS.find((one) => one === value) ?? 'letters')}
					value={layout}
				>
					{LAYOUTS.map((one) => (
						<Menu.RadioItem key={one} value={one}>
							{t(`console.layout.${one}`)}
						</Menu.RadioItem>
					))}
				</Menu.RadioGroup>
			</Menu.Dropdown>
		</Menu>
	);
}

/** The ways in that are no console. */
function SshMenu({ address }: { address: string }) {
	const { t } = useTranslation();
	const clipboard = useClipboard();
	// In an address of SSH, an IPv6 address stands in brackets.
	const host = address.includes(':') ? `[${address}]` : address;
	const command = `ssh root@${address}`;
	return (
		<Menu>
			<Menu.Target>
				<Button rightSection={<DownIcon size={14} />} size="compact-sm" variant="default">
					SSH
				</Button>
			</Menu.Target>
			<Menu.Dropdown>
				<Menu.Item component="a" href={`ssh://root@${host}`}>
					{t('console.ssh.open')}
				</Menu.Item>
				<Menu.Item onClick={() => clipboard.copy(command)}>{t('copy', { text: command })}</Menu.Item>
				<Menu.Item onClick={() => clipboard.copy(`ssh://root@${host}`)}>{t('console.ssh.copy')}</Menu.Item>
				<Menu.Item onClick={() => clipboard.copy(address)}>{t('copy', { text: address })}</Menu.Item>
			</Menu.Dropdown>
		</Menu>
	);
}

/** A window with nothing but the console; asked for twice, it is the same. */
function openOwn(address: string, name: string): void {
	window.open(address, `console ${name}`, 'popup,width=1064,height=860');
}
