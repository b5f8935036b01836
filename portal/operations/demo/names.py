"""Example data: how people and companies are called, script by script. Each name with its Latin form, for addresses."""

from __future__ import annotations

from dataclasses import dataclass

Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class People:
    """Given and family names of one language; `family_first` is how a whole name is put together."""

    given: tuple[Name, ...]
    family: tuple[Name, ...]
    family_first: bool = False


@dataclass(frozen=True, slots=True)
class Companies:
    """Heads and trades of companies (a trade with its industry), put together by `pattern`."""

    heads: tuple[Name, ...]
    trades: tuple[tuple[str, str, str], ...]
    pattern: str = "{head} {trade}"


def _plain(words: str) -> tuple[Name, ...]:
    return tuple((word.replace("_", " "),) * 2 for word in words.split())


def _pairs(words: str) -> tuple[Name, ...]:
    """`native=latin` pairs, separated by spaces; `_` stands for a space."""
    pairs = (word.replace("_", " ").partition("=") for word in words.split())
    return tuple((native, latin or native) for native, _, latin in pairs)


def _trades(words: str) -> tuple[tuple[str, str, str], ...]:
    """`native=latin=industry`, separated by spaces; `_` stands for a space."""
    return tuple(tuple(word.replace("_", " ").split("=")) for word in words.split())  # type: ignore[misc]


PEOPLE: dict[str, People] = {
    "indian": People(
        _plain(
            "Aarav Aditi Akash Ananya Anil Anjali Arjun Asha Bhavna Chetan Deepa Deepak"
            " Divya Farhan Gauri Girish Harini"
            " Imran Ishaan Ishita Jaya Karthik Kavya Kiran Lakshmi Madhav Manish Meera"
            " Mohit Nandini Naveen Neha Nikhil"
            " Pooja Pradeep Priya Rahul Rajesh Ravi Rekha Ritu Rohan Sana Sandeep"
            " Sangeeta Sanjay Shreya Siddharth Sneha"
            " Sunita Suresh Swati Tanvi Uday Usha Varun Vidya Vikram Vinod Yash Zoya"
        ),
        _plain(
            "Agarwal Ahmed Banerjee Bhat Bose Chatterjee Chopra Das Desai Deshmukh D'Souza"
            " Fernandes Ganguly Ghosh Gill"
            " Gowda Gupta Hegde Iyer Jain Jha Joshi Kapoor Kaur Khan Krishnan Kulkarni"
            " Kumar Malhotra Mehta Menon Mishra"
            " Mukherjee Nair Naidu Pandey Parikh Patel Patil Pillai Prasad Rao Reddy Roy Saxena Sen Sethi Shah Sharma"
            " Shetty Singh Sinha Srinivasan Subramaniam Thakur Tiwari Trivedi Varma Verma Yadav"
        ),
    ),
    "english": People(
        _plain("Alice Amelia Ben Caleb Daniel Emily Grace Hannah Jack James Leah Maya Noah Olivia Owen Ruth Sam Tessa"),
        _plain("Adams Bennett Brooks Carter Clarke Dawson Ellis Foster Hughes Mitchell Okafor Parker Reid Shaw Walsh"),
    ),
    "german": People(
        _pairs(
            "Anna Björn=Bjoern Clara Elias Franziska Günther=Guenther Hanna Jonas Jürgen=Juergen Lena Matthias Sönke"
        ),
        _pairs("Bäcker=Baecker Engel Förster=Foerster Groß=Gross Hoffmann Krüger=Krueger Lange Müller=Mueller Vogel"),
    ),
    "french": People(
        _pairs("Aurélie Benoît Camille Chloé Éloïse François Hélène Julien Léa Mathieu Noémie Raphaël Théo Zoé"),
        _pairs("Bertrand Chevalier Delacroix Dubois Fournier Lefèvre Marchand Moreau Pelletier Rousseau"),
    ),
    "spanish": People(
        _pairs("Álvaro Begoña Carmen Diego Íñigo Inés Javier Lucía Martín Nuria Pablo Sofía"),
        _pairs("Álvarez Castaño Domínguez Gutiérrez Ibáñez Muñoz Núñez Ortega Peña Vázquez"),
    ),
    "polish": People(
        _pairs(
            "Agnieszka Bartłomiej=Bartlomiej Celina Elżbieta=Elzbieta Grażyna=Grazyna Łukasz=Lukasz Michał=Michal Zofia"
        ),
        _pairs("Dąbrowska=Dabrowska Jabłoński=Jablonski Kowalczyk Łęcki=Lecki Nowak Wiśniewska=Wisniewska Żak=Zak"),
    ),
    "japanese": People(
        _pairs(
            "花子=Hanako 翔太=Shota 美咲=Misaki 健一=Kenichi 陽菜=Hina 大輔=Daisuke 直美=Naomi 誠=Makoto 由美子=Yumiko"
        ),
        _pairs("佐藤=Sato 鈴木=Suzuki 高橋=Takahashi 田中=Tanaka 渡辺=Watanabe 伊藤=Ito 山本=Yamamoto 小林=Kobayashi"),
        family_first=True,
    ),
    "arabic": People(
        _pairs(
            "محمد=Mohammed فاطمة=Fatima عبدالله=Abdullah نورة=Noura خالد=Khalid مريم=Mariam يوسف=Yousef حصة=Hessa"
            " سالم=Salem دلال=Dalal بدر=Bader ريم=Reem"
        ),
        _pairs(
            "العتيبي=Alotaibi المطيري=Almutairi الصباح=Alsabah العنزي=Alanazi الكندري=Alkandari الهاجري=Alhajri"
            " المنصوري=Almansoori الشمري=Alshammari"
        ),
    ),
    "ukrainian": People(
        _pairs(
            "Оксана=Oksana Андрій=Andrii Наталія=Nataliia Тарас=Taras Юлія=Yuliia Ігор=Ihor Богдан=Bohdan Ірина=Iryna"
        ),
        _pairs("Шевченко=Shevchenko Коваленко=Kovalenko Бондаренко=Bondarenko Ткаченко=Tkachenko Мельник=Melnyk"),
    ),
    "serbian": People(
        _pairs("Милош=Milos Јелена=Jelena Драган=Dragan Милица=Milica Љубица=Ljubica Ђорђе=Djordje"),
        _pairs("Јовановић=Jovanovic Петровић=Petrovic Николић=Nikolic Ђурић=Djuric Стојановић=Stojanovic"),
    ),
    "hebrew": People(
        _pairs("נועה=Noa יוסי=Yossi תמר=Tamar אורי=Ori שירה=Shira דניאל=Daniel"),
        _pairs("כהן=Cohen לוי=Levi מזרחי=Mizrahi פרץ=Peretz ביטון=Biton אברהם=Avraham"),
    ),
}

COMPANIES: dict[str, Companies] = {
    "indian": Companies(
        _plain(
            "Aarohi Akshaya Amber Anantara Arihant Ashoka Banyan Bharat_Vani Bluebell Brahmaputra Chinar Coral Deccan"
            " Dhruva Eklavya Gagan Ganga Girnar Godavari Gulmohar Himgiri Indus Jamuna Jasmine Kalpataru Kamal Kaveri"
            " Konkan Krishna Lotus Madhura Malabar Malhar Maple Marigold Meghdoot Monsoon Narmada Navrang Neelam Neem"
            " Nirmal Padma Palash Peepal Prabhat Prakriti Rangoli Ratna Sagar Sahyadri"
            " Sanjeevani Sarovar Shakti Shanti"
            " Sindhu Suraj Swastik Tamarind Tapti Tulsi Udaan Ujjwal Utsav Vaigai Vaishnavi"
            " Vasant Vindhya Vrinda Yamuna"
        ),
        _trades(
            "Textiles=Textiles=Textiles Clinics=Clinics=Healthcare Diagnostics=Diagnostics=Healthcare"
            " Logistics=Logistics=Logistics Couriers=Couriers=Logistics Finserv=Finserv=Finance"
            " Microfinance=Microfinance=Finance Academy=Academy=Education Learning=Learning=Education"
            " Foods=Foods=Food_and_drink Dairy=Dairy=Food_and_drink Jewellers=Jewellers=Retail Stores=Stores=Retail"
            " Motors=Motors=Automotive Travels=Travels=Travel Hotels=Hotels=Hospitality Realty=Realty=Real_estate"
            " Infotech=Infotech=Software Systems=Systems=Software Agro=Agro=Agriculture Pharma=Pharma=Healthcare"
            " Power=Power=Energy Insurance=Insurance=Insurance Telecare=Telecare=Call_centre"
        ),
    ),
    "english": Companies(
        _plain(
            "Beacon Birchwood Bluestone Cedar_Ridge Copperfield Fairhaven Granite Harbor Juniper Lakeside Meadow"
            " Northgate Oakline Pinecrest Riverbend Silverlake Stonebridge Summit Willow Windward"
        ),
        _trades(
            "Dental=Dental=Healthcare Insurance=Insurance=Insurance Realty=Realty=Real_estate Supply=Supply=Retail"
            " Freight=Freight=Logistics Analytics=Analytics=Software Credit_Union=Credit_Union=Finance"
            " Outfitters=Outfitters=Retail Tutors=Tutors=Education Home_Care=Home_Care=Healthcare"
        ),
    ),
    "german": Companies(
        _pairs("Alster Bären=Baeren Donau Eichen Föhr=Foehr Grünwald=Gruenwald Havel Königs=Koenigs Linden Süd=Sued"),
        _trades(
            "Apotheken=Apotheken=Healthcare Logistik=Logistik=Logistics Versicherung=Versicherung=Insurance"
            " Möbel=Moebel=Retail Reisebüro=Reisebuero=Travel"
            " Stadtwerke=Stadtwerke=Energy Bäckerei=Baeckerei=Food_and_drink"
        ),
        "{head} {trade} GmbH",
    ),
    "french": Companies(
        _pairs("Belle-Île Cévennes Étoile Garonne Lumière Marais Provence Rivière Soleil Vallée"),
        _trades(
            "Pharmacies=Pharmacies=Healthcare Transports=Transports=Logistics Assurances=Assurances=Insurance"
            " Pâtisseries=Patisseries=Food_and_drink Hôtels=Hotels=Hospitality Énergie=Energie=Energy"
        ),
        "{trade} {head}",
    ),
    "spanish": Companies(
        _pairs("Andalucía Cañón Ebro Girasol La_Peña Montaña Sierra Tramuntana"),
        _trades(
            "Clínicas=Clinicas=Healthcare Logística=Logistica=Logistics Hoteles=Hoteles=Hospitality"
            " Educación=Educacion=Education Energía=Energia=Energy"
        ),
        "{trade} {head} S.L.",
    ),
    "polish": Companies(
        _pairs("Bałtyk=Baltyk Jaskółka=Jaskolka Łódka=Lodka Mazury Tatry Wisła=Wisla Żubr=Zubr"),
        _trades(
            "Apteki=Apteki=Healthcare Spedycja=Spedycja=Logistics Księgarnie=Ksiegarnie=Retail"
            " Usługi=Uslugi=Call_centre"
        ),
        "{trade} {head} sp. z o.o.",
    ),
    "japanese": Companies(
        _pairs(
            "あおば=Aoba さくら=Sakura 富士見=Fujimi 北斗=Hokuto 緑川=Midorikawa 東雲=Shinonome"
            " 若葉=Wakaba 白鳥=Shiratori"
        ),
        _trades(
            "薬局=Pharmacy=Healthcare 運送=Unso=Logistics 保険=Hoken=Insurance"
            " 旅行=Travel=Travel 食品=Foods=Food_and_drink"
            " 電機=Denki=Retail 学院=Gakuin=Education"
        ),
        "{head}{trade}株式会社",
    ),
    "arabic": Companies(
        _pairs(
            "الخليج=Alkhaleej الواحة=Alwaha النخيل=Alnakheel البيان=Albayan الفنار=Alfanar السلام=Alsalam"
            " الريادة=Alreyada الصفوة=Alsafwa اللؤلؤة=Allulua المرجان=Almarjan"
        ),
        _trades(
            "للاتصالات=Telecom=Call_centre للخدمات_الطبية=Medical=Healthcare للتأمين=Insurance=Insurance"
            " للنقل=Transport=Logistics للتجارة=Trading=Retail"
            " للسفر_والسياحة=Travel=Travel للأغذية=Foods=Food_and_drink"
        ),
        "شركة {head} {trade}",
    ),
    "ukrainian": Companies(
        _pairs("Барвінок=Barvinok Дніпро=Dnipro Калина=Kalyna Карпати=Karpaty Промінь=Promin Смерека=Smereka"),
        _trades(
            "Аптека=Apteka=Healthcare Логістика=Lohistyka=Logistics Страхування=Strakhuvannia=Insurance"
            " Книгарня=Knyharnia=Retail Енерго=Enerho=Energy"
        ),
        "{head} {trade}",
    ),
    "serbian": Companies(
        _pairs("Морава=Morava Дунав=Dunav Златибор=Zlatibor Таково=Takovo Авала=Avala"),
        _trades("Апотеке=Apoteke=Healthcare Транспорт=Transport=Logistics Осигурање=Osiguranje=Insurance"),
        "{head} {trade} д.о.о.",
    ),
    "hebrew": Companies(
        _pairs("הגליל=Galil הכרמל=Carmel ירקון=Yarkon רימון=Rimon תבור=Tavor"),
        _trades("ביטוח=Insurance=Insurance שילוח=Shipping=Logistics מרפאות=Clinics=Healthcare"),
        "{head} {trade} בע״מ",
    ),
}

# Names that a screen has to cope with. Each is given to one organization, early on: name, Latin form, industry.
DEMANDING: tuple[tuple[str, str, str, str], ...] = (
    (
        "indian",
        "Shree Venkateshwara Subrahmanya Handlooms, Silks and Garment Exporters of Kancheepuram District",
        "shree-venkateshwara-handlooms",
        "Textiles",
    ),
    (
        "german",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "donaudampfschifffahrt",
        "Logistics",
    ),
    (
        "arabic",
        "شركة النخيل المتحدة للخدمات اللوجستية والشحن البحري والتخليص الجمركي في دولة الكويت",
        "alnakheel-united-logistics",
        "Logistics",
    ),
    ("english", "O'Brien & Sons “Quick Fix” <Plumbing> 100% Ltd", "obrien-and-sons", "Home services"),
    ("indian", "A&M Diagnostics", "a-and-m-diagnostics", "Healthcare"),
    ("hebrew", "מרכז הצפון לשירותי בריאות, שיקום וטיפול ביתי למשפחות ולקשישים בע״מ", "north-health", "Healthcare"),
    ("japanese", "ゆうあい訪問看護ステーション", "yuai-nursing", "Healthcare"),
    ("indian", "42", "forty-two", "Software"),
)
