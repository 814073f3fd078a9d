/** The icons in use, each from its own file: the package's index would load thousands. */
import type { FunctionComponent } from 'react';

export type Icon = FunctionComponent<{ size?: number; stroke?: number }>;

export { default as WarningIcon } from '@tabler/icons-react/dist/esm/icons/IconAlertTriangle.mjs';
export { default as SortIcon } from '@tabler/icons-react/dist/esm/icons/IconArrowsSort.mjs';
export { default as ForceIcon } from '@tabler/icons-react/dist/esm/icons/IconBolt.mjs';
export { default as SnapshotIcon } from '@tabler/icons-react/dist/esm/icons/IconCamera.mjs';
export { default as DoneIcon } from '@tabler/icons-react/dist/esm/icons/IconCheck.mjs';
export { default as DownIcon } from '@tabler/icons-react/dist/esm/icons/IconChevronDown.mjs';
export { default as UpIcon } from '@tabler/icons-react/dist/esm/icons/IconChevronUp.mjs';
export { default as ColumnsIcon } from '@tabler/icons-react/dist/esm/icons/IconColumns3.mjs';
export { default as CopyIcon } from '@tabler/icons-react/dist/esm/icons/IconCopy.mjs';
export { default as VmIcon } from '@tabler/icons-react/dist/esm/icons/IconDeviceDesktop.mjs';
export { default as MoreIcon } from '@tabler/icons-react/dist/esm/icons/IconDotsVertical.mjs';
export { default as KeyboardIcon } from '@tabler/icons-react/dist/esm/icons/IconKeyboard.mjs';
export { default as SignOutIcon } from '@tabler/icons-react/dist/esm/icons/IconLogout.mjs';
export { default as SuspendIcon } from '@tabler/icons-react/dist/esm/icons/IconMoon.mjs';
export { default as EditIcon } from '@tabler/icons-react/dist/esm/icons/IconPencil.mjs';
export { default as PauseIcon } from '@tabler/icons-react/dist/esm/icons/IconPlayerPause.mjs';
export { default as StartIcon } from '@tabler/icons-react/dist/esm/icons/IconPlayerPlay.mjs';
export { default as UnpauseIcon } from '@tabler/icons-react/dist/esm/icons/IconPlayerTrackNext.mjs';
export { default as DisconnectedIcon } from '@tabler/icons-react/dist/esm/icons/IconPlugConnectedX.mjs';
export { default as AddIcon } from '@tabler/icons-react/dist/esm/icons/IconPlus.mjs';
export { default as PowerIcon } from '@tabler/icons-react/dist/esm/icons/IconPower.mjs';
export { default as RebootIcon } from '@tabler/icons-react/dist/esm/icons/IconRefresh.mjs';
export { default as ForceRebootIcon } from '@tabler/icons-react/dist/esm/icons/IconRefreshAlert.mjs';
export { default as SearchIcon } from '@tabler/icons-react/dist/esm/icons/IconSearch.mjs';
export { default as PoolIcon } from '@tabler/icons-react/dist/esm/icons/IconServer2.mjs';
export { default as ResumeIcon } from '@tabler/icons-react/dist/esm/icons/IconSun.mjs';
export { default as ThemeIcon } from '@tabler/icons-react/dist/esm/icons/IconSunMoon.mjs';
export { default as RemoveIcon } from '@tabler/icons-react/dist/esm/icons/IconTrash.mjs';
export { default as UserIcon } from '@tabler/icons-react/dist/esm/icons/IconUserCircle.mjs';
export { default as CloseIcon } from '@tabler/icons-react/dist/esm/icons/IconX.mjs';
