"""Words that carry grammar rather than subject, left out of queries (never out of the index).

People write whole sentences; without this, "how do I" weighs as much as what they are after.
Only languages whose lists were written with care are here. Any other language works without one,
as frequent words weigh little in any case.
"""

from __future__ import annotations

_WORDS = {
    "en": """
        a about after again all also am an and any are as at be because been before being but by can could
        did do does doing dont for from had has have having he her here him his how i if im in into is it
        its ive just me my no nor not now of on once only or our out over own please she should so some such
        than thank thanks that the their them then there these they this those through to too under until up
        very was we were what when where which while who whom whose why will with would you your yours hello
        hi hey dear
    """,
    "de": """
        aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis bitte bist da dabei
        dafür damit danke dann das dass dazu dein deine dem den denn der des dich die dies diese diesem
        diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines er es etwas euch euer
        für gibt guten habe haben hallo hat hatte hatten hier ich ihm ihn ihnen ihr ihre ihrem ihren ihrer
        im in ins ist ja jede jedem jeden jeder jedes kann kein keine keinen können könnte man mein meine
        meinem meinen meiner mich mir mit möchte muss nach nicht noch nun nur ob oder schon sehr sein seine
        sich sie sind so soll sonst über um und uns unser unsere unter vom von vor wann war waren warum was
        weil welche welchem welchen welcher welches wenn wer werde werden wie wieder will wir wird wo wohin
        würde würden zu zum zur zwar
    """,
    "fr": """
        à ai aie ainsi alors au aucun aussi autre aux avais avait avant avec avez avoir avons bien bonjour
        car ce cela ces cet cette ceux chez comme comment c d dans de des donc du elle elles en encore est
        et étais était être eu fait faire ici il ils j je jai l la le les leur leurs lui m ma mais me même
        merci mes moi mon n ne ni non nos notre nous on ont ou où par pas peut peux plaît plus pour pourquoi
        pouvez puis qu quand que quel quelle quelles quels qui quoi s sa sans se sera ses si sil son sont
        sous suis sur ta te tes toi ton tous tout toute toutes très tu un une va vais vos votre vous y
    """,
    "es": """
        a al algo algún alguna algunas alguno algunos ante antes aquí así aún aunque buenas buenos cada como
        cómo con cual cuál cuáles cuando cuándo cuanto cuánto de del desde donde dónde dos el él ella ellas
        ellos en entre era eran es esa esas ese eso esos esta está están estar este esto estos estoy favor
        fue ha hace hacer hacia han has hasta hay he hola la las le les lo los más me mi mí mis mucho muy
        nada ni no nos nosotros nuestra nuestro o os otra otro para pero poder podría por porque pude puede
        puedo pues que qué quien quién quiero se sea ser si sí sido sin sobre solo son soy su sus también
        tan te tengo ti tiene todo todos tu tú tus un una unas uno unos usted ustedes ya yo gracias
    """,
    "it": """
        a abbiamo ad agli ai al alla alle allo anche ancora avere aveva c che chi ci ciao come con così cosa
        cui da dagli dai dal dalla dalle dallo degli dei del della delle dello di dove è e ed era erano
        essere fa fare gli grazie ha hai hanno ho i il in io l la le lei li lo loro lui ma me mi mia mie
        miei mio molto ne negli nei nel nella nelle nello no noi non nostra nostro o per perché più poi
        posso può puoi qual quale quali quando quanto quella quelle quelli quello questa queste questi
        questo qui se sei si sia siamo siete sono sta stato su sua sue sugli sui sul sulla sulle sullo suo
        suoi ti tra tu tua tuo un una uno vi voi vorrei vostra vostro
    """,
    "pt": """
        a à ao aos as às até com como da das de dela dele deles depois do dos e é ela elas ele eles em entre
        era essa essas esse esses esta está estão este estes estou eu favor foi foram há isso isto já lhe
        lhes mais mas me mesmo meu meus minha minhas muito na não nas nem no nos nós nossa nosso num numa o
        obrigada obrigado olá onde os ou para pela pelas pelo pelos pode podem poderia por porque posso qual
        quais quando que quem quero se sem ser será seu seus só sobre sua suas também te tem têm tenho ter
        tinha tu tudo um uma você vocês
    """,
    "nl": """
        aan al alle als altijd ben bij dag dan dat de deze die dit doe doen door dus een en er had hallo heb
        hebben heeft het hier hij hoe hun ik in is ja je jij jullie kan kon kunnen maar me meer men met mij
        mijn moet na naar niet nog nu of om omdat onder ons ook op over te toch tot u uit uw van veel voor
        waar waarom wanneer was wat we wel welke werd wie wil wij worden wordt zal ze zich zij zijn zo
        zonder zou
    """,
}

_SETS = {language: frozenset(words.split()) for language, words in _WORDS.items()}


def function_words(language: str) -> frozenset[str]:
    """The function words of a language, case-folded and unstemmed; empty where there is no list."""
    return _SETS.get(language, frozenset())
