import frame from './frame';
import list from './list';
import nouns from './nouns';

export default { ...frame, ...list, ...nouns };
