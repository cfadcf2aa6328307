// Every page works without this file. It adds copying, counting down and local times; nothing is stored, nothing leaves.

import { addChoosing } from "./choose.js";
import { addCopying } from "./copy.js";
import { addCountdown } from "./countdown.js";
import { addFollowing } from "./follow.js";
import { addInbox } from "./inbox.js";
import { addLocalTimes } from "./times.js";
import { addModeSwitch } from "./mode.js";
import { addPrinting } from "./print.js";
import { addSendingOnce } from "./once.js";
import { addWatching } from "./watch.js";
import { addWeighing } from "./weighing.js";

addChoosing(document);
addCopying(document);
addCountdown(document);
addInbox(document);
addLocalTimes(document);
addModeSwitch(document);
addPrinting(document);
addSendingOnce(document);
addWatching(document);
addWeighing(document);
addFollowing(document);
