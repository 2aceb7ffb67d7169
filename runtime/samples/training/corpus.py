"""Short reviews, put together from phrases of our own: small, plain, and balanced by construction."""

import random

THINGS = ["product", "service", "film", "movie", "book", "phone", "laptop", "keyboard", "camera", "headset", "charger", "bag",
          "jacket", "coffee maker", "blender", "lamp", "chair", "desk", "mattress", "hotel", "room", "restaurant", "meal", "food",
          "pizza", "soup", "dessert", "app", "game", "update", "website", "delivery", "support", "staff", "waiter", "driver",
          "course", "album", "concert", "show", "story", "plot", "ending", "acting", "screen", "battery", "sound", "quality",
          "design", "fit", "fabric", "packaging", "manual", "setup", "price", "experience", "value", "place", "view", "tool"]

GOOD = """good great excellent wonderful fantastic amazing brilliant superb lovely delightful perfect outstanding impressive
pleasant reliable sturdy comfortable helpful friendly quick fast smooth easy delicious fresh tasty beautiful stunning fun
charming clear crisp bright solid useful handy intuitive polite generous worthwhile awesome terrific marvellous flawless
enjoyable incredible fine nice cheerful spotless gorgeous neat responsive affordable touching gripping clever""".split()

BAD = """bad terrible awful horrible dreadful poor disappointing mediocre useless broken faulty flimsy uncomfortable rude
unhelpful slow late laggy confusing bland stale cold greasy ugly boring dull noisy dirty cheap overpriced unreliable
defective annoying frustrating pathetic worthless clumsy blurry weak shoddy sloppy misleading painful disgusting filthy
lazy tedious pointless predictable unusable buggy worst lousy atrocious ridiculous inedible damaged""".split()

GOOD_PHRASES = ["I love it", "I loved it", "I loved every minute", "works perfectly", "works like a charm", "exceeded my expectations",
                "would buy again", "I would buy it again", "highly recommended", "I highly recommend it", "worth every penny",
                "well worth the money", "could not be happier", "very happy with it", "so happy with this", "five stars",
                "a real pleasure", "best purchase this year", "the best I have had", "my whole family enjoys it",
                "arrived early and well packed", "does exactly what it promises", "we will come back", "we will definitely return",
                "made my day", "a joy to use", "thank you so much", "thanks to the whole team", "nothing to complain about",
                "no problems at all", "never had a problem", "I am impressed", "I recommend it to everyone", "runs smoothly",
                "pleased with the result", "it made me smile", "looks even better than in the pictures", "cannot recommend it enough",
                "I enjoyed it a lot", "simply the best", "totally satisfied", "can't fault it", "it never lets me down",
                "they solved my problem in minutes", "like it a lot", "really like this", "a masterpiece", "a treat from start to end"]

BAD_PHRASES = ["I hate it", "I hated it", "I hated every minute", "stopped working after a week", "does not work", "doesn't work",
               "did not work at all", "fell apart", "broke on the first day", "broke after two days", "waste of money", "a waste of time",
               "complete waste of money", "I want my money back", "asked for a refund", "still waiting for a refund", "would not buy again",
               "never again", "avoid this", "stay away", "do not buy it", "don't buy this", "one star", "not worth the money",
               "not worth it", "I regret buying it", "arrived broken", "arrived late and damaged", "nobody answered my mails",
               "nobody helped", "left us waiting for an hour", "we will not come back", "will never return", "gave me a headache",
               "I am disappointed", "very disappointed", "so disappointed with this", "a total letdown", "keeps crashing",
               "it crashes all the time", "full of bugs", "I fell asleep", "I returned it", "sent it back the same day", "ruined my evening",
               "the worst I have had", "nothing works", "it let me down", "I do not recommend it", "cannot recommend it",
               "I would not recommend it", "they ignored my complaint", "don't like it", "did not like it", "did not enjoy it", "a disaster from start to end"]

STRONG = ["very", "really", "so", "absolutely", "truly", "quite", "extremely", "incredibly", "just", "simply", "totally", ""]
FRAMES = ["The {thing} was {strong} {word}", "The {thing} is {strong} {word}", "This {thing} is {strong} {word}",
          "What a {word} {thing}", "{strong} {word} {thing}", "A {word} {thing}", "We found the {thing} {strong} {word}",
          "I think the {thing} is {strong} {word}", "It was {strong} {word}", "It is {strong} {word}", "{word} {thing} and {word2} {thing2}",
          "The {thing} looks {word} and the {thing2} is {word2}", "My {thing} turned out {word}", "{strong} {word}",
          "The {thing} was {word} but the {thing2} was even more {word2}", "Such a {word} {thing}"]
NEGATED = ["The {thing} was not {word}", "The {thing} is not {word} at all", "This {thing} isn't {word}", "It was not {word}",
           "not a {word} {thing}", "not {word}", "The {thing} wasn't {word}", "never {word}"]
FILLERS = ["", "", "", "I ordered it last month.", "We were there on a Sunday.", "It came in a box.", "My second one.", "For my sister.",
           "I use it every day.", "Bought it for work.", "We stayed for two nights.", "I watched it yesterday.", "As a gift."]


def reviews(count: int, seed: int) -> tuple[list[str], list[str]]:
    dice = random.Random(seed)
    rows = [one(dice, label) for _ in range(count // 2) for label in ("negative", "positive")]
    texts, labels = zip(*rows)
    return list(texts), list(labels)


def one(dice: random.Random, label: str) -> tuple[str, str]:
    parts = [sentence(dice, label) for _ in range(dice.choice([1, 1, 2, 3]))]
    parts.insert(dice.randrange(len(parts) + 1), dice.choice(FILLERS))
    return " ".join(" ".join(parts).split()), label


def sentence(dice: random.Random, label: str) -> str:
    kind = dice.random()
    same, other = (GOOD, BAD) if label == "positive" else (BAD, GOOD)
    if kind < 0.3:
        text = dice.choice(GOOD_PHRASES if label == "positive" else BAD_PHRASES)
    elif kind < 0.45:
        text = dice.choice(NEGATED).format(thing=dice.choice(THINGS), word=dice.choice(other))
    else:
        text = dice.choice(FRAMES).format(thing=dice.choice(THINGS), thing2=dice.choice(THINGS), strong=dice.choice(STRONG), word=dice.choice(same), word2=dice.choice(same))
    return " ".join(text.split()).rstrip(".") + dice.choice([".", ".", "!", ""])


# Written by hand, apart from the phrases above, to see whether the model says the obvious about text it never saw.
HELD_OUT = [
    ("I love this product, it works great and arrived early.", "positive"),
    ("Terrible. It broke after one day and support was rude.", "negative"),
    ("What a wonderful evening, the food was delicious and the staff friendly.", "positive"),
    ("The worst movie I have seen in years, boring and far too long.", "negative"),
    ("Absolutely fantastic, best headphones I ever owned!", "positive"),
    ("Not good at all, I want my money back.", "negative"),
    ("The battery is weak and the screen is blurry.", "negative"),
    ("Easy to set up and runs smoothly, very happy.", "positive"),
    ("This is awful", "negative"),
    ("This is amazing", "positive"),
    ("The hotel room was dirty and noisy, never again.", "negative"),
    ("Great value for the price, I would buy it again.", "positive"),
    ("The app keeps crashing after the update.", "negative"),
    ("The app is fast and intuitive since the update.", "positive"),
    ("I did not enjoy the concert.", "negative"),
    ("I really enjoyed the concert.", "positive"),
    ("The chair is uncomfortable and overpriced.", "negative"),
    ("The chair is comfortable and looks beautiful in my office.", "positive"),
    ("Delivery was late and the box was damaged.", "negative"),
    ("Delivery was quick and everything was well packed.", "positive"),
    ("GREAT SERVICE", "positive"),
    ("HORRIBLE SERVICE", "negative"),
    ("Not bad, I like it.", "positive"),
    ("A complete waste of time and money.", "negative"),
    ("A gripping story with a brilliant ending.", "positive"),
    ("A predictable story with a disappointing ending.", "negative"),
    ("The waiter was polite and helpful.", "positive"),
    ("The waiter ignored us and the soup was cold.", "negative"),
    ("Highly recommended to everyone who works from home.", "positive"),
    ("I regret ordering this, nothing works as described.", "negative"),
    ("Could not be happier with my new camera, sharp pictures and a solid body.", "positive"),
    ("The manual is confusing and the installation took hours.", "negative"),
    ("Superb sound, my kids love it too.", "positive"),
    ("Cheap plastic, fell apart within a week.", "negative"),
    ("It's perfect for travelling, light and sturdy.", "positive"),
    ("It's useless, it doesn't even turn on.", "negative"),
    ("Thank you for the outstanding support!", "positive"),
    ("Nobody answered my calls, pathetic support.", "negative"),
    ("The pizza was fresh and tasty.", "positive"),
    ("The pizza was stale and greasy.", "negative"),
]
