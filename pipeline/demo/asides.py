"""More of the stock of phrases: openings, questions with answers, lists, the closing line."""

QUESTIONS = (
    "What [changes|happens] when conditions are [less than ideal|poor|against you]?",
    "How much [effort|time|money] does {topic} really take?",
    "Is {term} worth the [extra attention|added effort|trouble]?",
    "Which part [should|has to] come [first|before the rest]?",
    "Where do [most people|beginners] lose [time|patience|heart]?",
    "What if the first [attempt|try|batch] goes [wrong|badly]?",
    "How can progress be [seen|noticed] without [measuring everything|a stopwatch]?",
    "Does the [season|time of day|weather] make a difference?",
    "What separates a [lasting|sound] solution from a [quick fix|patch]?",
    "Who should [think twice|wait a little] [about|before tackling] {focus}?",
    "How do [experienced|patient] people [approach|handle] {term}?",
    "When is {topic} [good enough|ready|complete]?",
)

ANSWERS = (
    "Less than it seems, as long as the [basics|essentials] are [respected|sound]",
    "That depends on how [often|long] it is used and [by whom|for what]",
    "An honest look at the last [three|few] attempts [usually|mostly] tells",
    "The answer is [found|learned] by trying it on a [small|modest] scale",
    "In practice, [two|three] rules cover [nearly|almost] every case",
    "There is no fixed [number|rule], but there is a sensible [range|middle]",
    "[Most|Many] readers find that the [plain|simple|slow] approach is enough",
    "A month of notes about {topic} gives a better answer than [any table|guesswork]",
    "Only the parts that touch {term} need a [second|further] thought",
    "It is [rarely|seldom] the tool and [nearly|almost] always the order of things",
    "[Opinions|Views] differ, yet the [habit|routine] behind it is the same",
    "Someone who has [done it|been there] twice will [say so|know] at once",
)

POINTS = (
    "A clear [purpose|aim] for {topic}",
    "[Time|A quiet hour] set aside for {focus}",
    "One [reference|example] to compare with",
    "Notes from [earlier|previous] attempts",
    "A [limit|ceiling] for spending",
    "[Room|Space] to store what is used often",
    "A plan for [cleaning and care|upkeep]",
    "Someone to [ask|call] about {term}",
    "Good light and a [stable|level] surface",
    "A date for the next [review|look]",
    "Spare parts for what [wears out|breaks first]",
    "An easy way back to the [former|old] state",
    "[Realistic|Modest] expectations for the first week",
    "A short test before the [full effort|real thing]",
    "Labels that can still be [read|understood] next year",
    "A [backup|fallback] for the busiest days",
)

STEPS = (
    "[Describe|Put] the goal in one sentence",
    "[Collect|Gather] what is already at hand",
    "Prepare the place and [remove|put away] what distracts",
    "Run a small [trial|test] of {topic}",
    "Note the result, [good or bad|whatever it is]",
    "Change a single [thing|detail] and try again",
    "[Compare|Weigh] the outcome with {term}",
    "[Fix|Keep] the order of steps that worked",
    "Clean up and put everything back",
    "Plan the next [round|session] while it is fresh",
)

OPENINGS = (
    "[People|Readers] who look for “{keyword}” usually want a [clear|short] answer and a way to "
    "act on it.",
    "“{Keyword}” sounds like a small matter until the first [attempt|try] goes wrong.",
    "Most questions about “{keyword}” come down to a few decisions that can be made in advance.",
    "Whoever types “{keyword}” into a search box has [often|usually] tried something already.",
    "The subject of “{keyword}” attracts a lot of advice, and only some of it [holds up|survives] "
    "at home.",
    "There are many opinions about “{keyword}”, yet the facts behind them are few and simple.",
)

MENTIONS = (
    "Under the heading of “{keyword}” [much|a lot] is [promised|sold] that [daily use|practice] "
    "does not need.",
    "[Anyone|A reader] who [asks|reads up] on “{keyword}” meets the same [three|few] [questions|"
    "points] again and again.",
    "The [phrase|search] “{keyword}” [covers|holds] [more|less] than it [seems|appears] to.",
    "[Notes|Advice|Videos] on “{keyword}” [differ|vary] in [tone|length] [more|far more] than in "
    "[substance|content].",
    "For “{keyword}” the [short|plain] answer is [often|usually] the [useful|lasting] one.",
    "What [counts|matters] for “{keyword}” is [decided|settled] [early|before the start].",
    "[Friends|Neighbours|Forums] [answer|discuss] “{keyword}” with [great|surprising] "
    "[confidence|patience].",
    "A [page|shelf] of [tips|books] on “{keyword}” [boils|comes] down to [care|order|practice].",
    "[Most|Many] [guides|lists] about “{keyword}” [leave out|skip] the [dull|quiet] parts, which "
    "matter most.",
    "[Typing|Looking up] “{keyword}” is [easy|quick]; [trying|testing] the answers takes a "
    "[weekend|month].",
)

HELPS = ("What helps with {focus}:", "Worth having for {focus}:", "A short list for {focus}:")
ORDERLY = (
    "A workable order for {focus}:",
    "{Focus}, step by step:",
    "One way to go about {focus}:",
)

CLOSING_LINE = "*Demo content, generated without an AI service.*"
