import frame from './frame';
import list from './list';
import names from './names';

export default { ...frame, ...list, ...names };
