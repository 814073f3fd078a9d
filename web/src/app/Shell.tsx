/** The regions around a page: rail, connection banner, activity bar. */
import { Menu, Tooltip, useMantineColorScheme } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Link, type LinkProps, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useRef, useState } from 'react';
import { useLive, useUser } from '../live/hooks';
import { StaleBanner } from '../pool/StaleBanner';
import { ActivityBar } from '../task/ActivityBar';
import { ConfirmProvider } from '../ui/Confirm';
import { DoneIcon, type Icon, KeyboardIcon, PoolIcon, SignOutIcon, ThemeIcon, UserIcon, VmIcon } from '../ui/icons';
import { useKeys } from '../ui/keys';
import { ConnectionBanner } from './ConnectionBanner';
import { KeyboardHelp } from './KeyboardHelp';
import css from './Shell.module.css';
import { signOut } from './session';

interface Place {
	to: LinkProps['to'];
	label: string;
	icon: Icon;
}

const PLACES: readonly Place[] = [
	{ to: '/vms', label: 'VMs', icon: VmIcon },
	{ to: '/pools', label: 'Pools', icon: PoolIcon },
];

const queries = new QueryClient();
/** How soon a letter must follow `g`, in ms. */
const GO_WITHIN = 1500;

/** The shell with what only signed-in pages need: questions to the server, questions to the person, toasts. */
export function Shell({ children }: { children: ReactNode }) {
	return (
		<QueryClientProvider client={queries}>
			<ConfirmProvider>
				<Regions>{children}</Regions>
			</ConfirmProvider>
			{/* Below dialogs, and below the list of tasks, which somebody opened to see. */}
			<Notifications className={css.toasts} containerWidth={400} limit={4} position="bottom-right" zIndex={150} />
		</QueryClientProvider>
	);
}

function Regions({ children }: { children: ReactNode }) {
	const [help, setHelp] = useState(false);
	const navigate = useNavigate();
	const going = useRef(0);
	const go = (to: LinkProps['to']) => Date.now() - going.current < GO_WITHIN && navigate({ to });
	useKeys([
		['?', () => setHelp(true)],
		[
			'g',
			() => {
				going.current = Date.now();
			},
		],
		['v', () => go('/vms')],
		['p', () => go('/pools')],
	]);
	return (
		<div className={css.shell}>
			<nav aria-label="Main" className={css.rail}>
				<Mark />
				<ul className={css.places}>
					{PLACES.map(({ to, label, icon: PlaceIcon }) => (
						<li key={label}>
							<Link activeOptions={{ includeSearch: false }} className={css.place} to={to}>
								<PlaceIcon size={21} stroke={1.6} />
								{label}
							</Link>
						</li>
					))}
				</ul>
				<div className={css.account}>
					<Tooltip label="Keyboard (?)" position="right">
						<button aria-label="Keyboard" className={css.button} onClick={() => setHelp(true)} type="button">
							<KeyboardIcon size={20} stroke={1.6} />
						</button>
					</Tooltip>
					<Account />
				</div>
			</nav>
			<div className={css.page}>
				<ConnectionBanner />
				<StaleBanner />
				<div className={css.content}>{children}</div>
			</div>
			<ActivityBar />
			<KeyboardHelp onClose={() => setHelp(false)} opened={help} />
		</div>
	);
}

function Mark() {
	return (
		<svg aria-hidden="true" className={css.mark} viewBox="0 0 32 32">
			<rect fill="#4650c8" height="32" rx="8" width="32" />
			<path
				d="M8 21.5v-11M13.3 25V14M18.7 18V7M24 21.5v-11"
				fill="none"
				stroke="#fff"
				strokeLinecap="round"
				strokeWidth="2.6"
			/>
		</svg>
	);
}

const SCHEMES = [
	['auto', 'As the system'],
	['light', 'Light'],
	['dark', 'Dark'],
] as const;

function Account() {
	const { connection } = useLive();
	const user = useUser();
	const { colorScheme, setColorScheme } = useMantineColorScheme();
	return (
		<Menu position="right-end" width={220}>
			<Menu.Target>
				<button aria-label={`Account ${user?.email ?? ''}`} className={css.button} type="button">
					<UserIcon size={21} stroke={1.6} />
				</button>
			</Menu.Target>
			<Menu.Dropdown>
				<Menu.Label>{user?.email}</Menu.Label>
				{SCHEMES.map(([scheme, label]) => (
					<Menu.Item
						aria-checked={colorScheme === scheme}
						closeMenuOnClick={false}
						key={scheme}
						leftSection={scheme === 'auto' ? <ThemeIcon size={16} /> : <span style={{ width: 16 }} />}
						onClick={() => setColorScheme(scheme)}
						rightSection={colorScheme === scheme ? <DoneIcon size={15} /> : undefined}
						role="menuitemradio"
					>
						{label}
					</Menu.Item>
				))}
				<Menu.Divider />
				<Menu.Item leftSection={<SignOutIcon size={16} />} onClick={() => void signOut(connection)}>
					Sign out
				</Menu.Item>
			</Menu.Dropdown>
		</Menu>
	);
}
